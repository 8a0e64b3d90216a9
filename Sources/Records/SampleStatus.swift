/// How the iteration of one sample ended, as `/status` of a sweep stores it.
public enum SampleStatus: UInt8, CaseIterable, Sendable {
  case converged = 0
  case iterationLimit = 1
  case diverged = 2
  case nonFinite = 3

  /// Whether the sample has a solution to speak of.
  public var hasFailed: Bool { self == .diverged || self == .nonFinite }
}
