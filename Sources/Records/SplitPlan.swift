/// How many draws a split may take and how many samples it keeps.
public struct SplitPlan: Equatable, Sendable {
  /// The group that the samples go to.
  public var split: Split
  /// Draws that may be examined, 0 ..< draws.
  public var draws: Int
  /// The first `keep` samples are kept; nil for all.
  public var keep: Int?

  /// A plan that keeps the first `keep` samples of draws 0 ..< `draws`.
  public init(_ split: Split, draws: Int, keep: Int? = nil) {
    self.split = split
    self.draws = draws
    self.keep = keep
  }
}
