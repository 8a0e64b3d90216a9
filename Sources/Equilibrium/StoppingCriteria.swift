/// When a sample's iteration ends.
public struct StoppingCriteria: Equatable, Sendable {
  /// How the residual at y is compared with the tolerance.
  public enum ToleranceMode: String, CaseIterable, Sendable {
    /// ||G(y) - y||
    case absolute
    /// ||G(y) - y|| / ||G(y)||; 0 / 0 counts as 0
    case relative
  }

  /// K, the number of steps at most: the iterates are y_0 ... y_K. At least 1.
  public var maximumIterations: Int
  /// A sample whose residual falls below this has converged. At least 0; with 0 exactly K steps are made.
  public var tolerance: Double
  public var mode: ToleranceMode
  /// A sample has diverged at y_k, k > 0, when ||G(y_k) - y_k|| exceeds this times max(||y_0||, ||G(y_0)||).
  /// Above 1; infinity switches the test off.
  public var divergenceThreshold: Double
  /// Where nothing else is said.
  public static let defaultDivergenceThreshold = 1e6

  public init(
    maximumIterations: Int = 50, tolerance: Double = 1e-6, mode: ToleranceMode = .relative,
    divergenceThreshold: Double = defaultDivergenceThreshold
  ) {
    self.maximumIterations = maximumIterations
    self.tolerance = tolerance
    self.mode = mode
    self.divergenceThreshold = divergenceThreshold
  }

  /// Exactly `count` steps whatever the residual: y_0 ... y_count, as an iteration sweep needs them.
  ///
  /// Only a sample with a non-finite value stops earlier.
  public static func exactly(_ count: Int) -> StoppingCriteria {
    StoppingCriteria(maximumIterations: count, tolerance: 0, divergenceThreshold: .infinity)
  }

  func validate() throws {
    guard maximumIterations >= 1 else {
      throw EquilibriumError.invalidSetting(
        name: "maximumIterations", found: "\(maximumIterations)", expected: "at least 1")
    }
    guard tolerance >= 0, tolerance.isFinite else {
      throw EquilibriumError.invalidSetting(
        name: "tolerance", found: "\(tolerance)", expected: "a finite number, at least 0")
    }
    guard divergenceThreshold > 1 else {
      throw EquilibriumError.invalidSetting(
        name: "divergenceThreshold", found: "\(divergenceThreshold)", expected: "a number above 1")
    }
  }
}
