/// The symmetries of flows on the periodic square, by which training may replace a sample by an equivalent one.
enum FlowSymmetry: String, CaseIterable {
  /// By any number of points along both axes.
  case translations
  /// By multiples of 90 degrees, forces turned along.
  case rotations
  /// x -> -x, with the x component of the force and the vorticity changing sign.
  case reflections
}
