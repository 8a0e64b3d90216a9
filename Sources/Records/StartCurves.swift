import HDF5

/// What the iteration makes of several random starts, for the first samples of a sweep: breadth beside depth.
public struct StartCurves: Equatable, Sendable {
  /// Error against the label: `[start]`, each `[samples, K]`.
  public var error: [SampleCurves]
  /// ||G(y) - y|| / ||G(y)||: `[start]`, each `[samples, K]`.
  public var relativeResidual: [SampleCurves]
  /// The largest distance between the last states of two starts, the usual one included, over the largest norm of a last state,
  /// `[samples]`: 0 where all end in the same state.
  public var spread: [Double]

  /// Of as many starts and samples each.
  public init(error: [SampleCurves], relativeResidual: [SampleCurves], spread: [Double]) {
    (self.error, self.relativeResidual, self.spread) = (error, relativeResidual, spread)
  }

  /// B.
  public var count: Int { error.count }
}

extension StartCurves {
  /// What a sweep stored below `/starts`; nil for one without.
  init?(of file: CheckedFile, iterations: Int) throws {
    guard try file.contains("starts/spread") else { return nil }
    let samples = try file.length("starts/spread")
    let count = try file.integers("starts/start").count
    func curves(_ name: String) throws -> [SampleCurves] {
      let values = try file.numbers("starts/\(name)", shape: [count, samples, iterations])
      return SampleCurves.pieces(values, count: count, samples: samples, iterations: iterations)
    }
    self.init(
      error: try curves("error"), relativeResidual: try curves("relative_residual"),
      spread: try file.numbers("starts/spread", shape: [samples]))
  }
}
