/// How the iteration of one sample ended, as `/status` of a sweep stores it.
public enum SampleStatus: UInt8, CaseIterable, Sendable {
  /// The residual fell below the tolerance.
  case converged = 0
  /// All iterations were made, as in every sweep, which makes exactly K.
  case iterationLimit = 1
  /// The residual grew beyond the threshold of divergence; in a sweep all iterations were made, and all numbers are finite.
  case diverged = 2
  /// The iteration met a value that is not finite.
  case nonFinite = 3

  /// Whether the sample has no solution to speak of.
  public var hasFailed: Bool { self == .diverged || self == .nonFinite }
}
