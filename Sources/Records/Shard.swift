import Support

/// One of N equal parts of the draws of a dataset, counted from 1.
public struct Shard: Equatable, Sendable {
  /// Which of them, 1 ... `count`.
  public var index: Int
  /// How many there are together.
  public var count: Int

  static let largestCount = 1_000_000

  /// - Throws: `.usage` unless 1 <= index <= count.
  public init(_ index: Int, of count: Int) throws {
    guard (1...Self.largestCount).contains(count), (1...count).contains(index) else {
      throw Failure(.usage, "expected a shard K/N with 1 <= K <= N <= \(Self.largestCount), found \(index)/\(count)")
    }
    self.index = index
    self.count = count
  }

  /// The draws of this shard, out of all draws. Shards are contiguous, differ by at most one draw and cover all.
  public func range(of draws: Int) -> Range<Int> {
    (draws * (index - 1) / count)..<(draws * index / count)
  }
}
