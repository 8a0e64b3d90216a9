/// When a power iteration ends.
public struct PowerIteration: Equatable, Sendable {
  /// At least 1.
  public var maximumIterations: Int
  /// The relative residual of the eigenpair below which a sample has converged; above 0. The eigenvalue of a symmetric
  /// operator is then accurate to about the square of it. Below the square root of the machine epsilon of the state's
  /// type it cannot be measured.
  public var tolerance: Double

  /// By default at most 200 iterations, for about six digits of the norm.
  public init(maximumIterations: Int = 200, tolerance: Double = 1e-3) {
    self.maximumIterations = maximumIterations
    self.tolerance = tolerance
  }

  func validate() throws {
    try requirePositive(maximumIterations, name: "maximumIterations")
    guard tolerance > 0, tolerance.isFinite else {
      throw EquilibriumError.invalidSetting(
        name: "tolerance", found: "\(tolerance)", expected: "a finite number above 0")
    }
  }
}
