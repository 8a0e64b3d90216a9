/// How the states of an iteration go on at its end: the smallest p for which the last state is again what it was p iterations before,
/// to `tolerance` of its norm.
///
/// 1 is a state that stands still, or nearly so; 2 and more are cycles; 0 is one that moves on, or a cycle longer than `longest`. A state
/// that creeps has period 1 although its residual may still be large beside the distance to the fixed point.
public struct LimitPeriod: RawRepresentable, Hashable, Sendable {
  /// p.
  public var rawValue: UInt8

  /// A period of p iterations; 0 for none.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// ||y_K - y_(K-p)|| <= tolerance ||y_K||. Also the relative residual below which a state counts as a fixed point.
  public static let tolerance = 1e-3
  /// Longer cycles count as movement.
  public static let longest = 8

  /// No period was found.
  public static let none = LimitPeriod(rawValue: 0)
  /// Whether the states repeat after two or more iterations.
  public var isCycle: Bool { rawValue >= 2 }

  /// - Parameter distances: ||y_K - y_(K-p)|| / ||y_K|| for p = 1, 2, ...
  public init(distances: [Double]) {
    rawValue = distances.firstIndex { $0 <= Self.tolerance }.map { UInt8($0 + 1) } ?? 0
  }
}
