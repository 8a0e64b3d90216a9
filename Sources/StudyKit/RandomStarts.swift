import Configuration

/// The section `sweep.starts`: random initial states beside the usual one. A cheap model may be iterated from many, and the answer of the
/// smallest residual taken; and whether all end in one state says whether its equilibrium is unique.
public struct RandomStarts: Equatable, Sendable {
  /// B.
  public var count: Int
  /// What a random start is.
  public var start: RandomStart
  /// Samples that are started so, from the first; nil for all of the sweep.
  public var samples: Int?

  /// Reads the section.
  public init(reading section: ConfigurationSection) throws {
    count = try section.integer("count", in: 1...100_000, "B, random starts for each sample")
    start = RandomStart(
      scale: try section.number(
        "scale", default: 1, in: .above(0, through: 1e6), "deviation of a start from the usual one, in units of the state"))
    samples = try section.optionalInteger("samples", in: 1..., "samples that are started so, from the first; all, if missing")
    try section.finish()
  }
}
