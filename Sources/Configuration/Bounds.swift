/// The values a configuration key may take: an interval that is open or closed on either side.
public struct Bounds<Bound: Comparable> {
  var lower: Bound?
  var lowerIsExcluded = false
  var upper: Bound?
  var upperIsExcluded = false

  func contains(_ value: Bound) -> Bool {
    if let lower, !(lowerIsExcluded ? value > lower : value >= lower) { return false }
    if let upper, !(upperIsExcluded ? value < upper : value <= upper) { return false }
    return true
  }

  /// In words, for messages and the reference page; nil if every value is allowed.
  var text: String? {
    if let lower, let upper, !lowerIsExcluded, !upperIsExcluded { return "\(lower) to \(upper)" }
    let parts = [
      lower.map { (lowerIsExcluded ? "above" : "at least") + " \($0)" },
      upper.map { (upperIsExcluded ? "below" : "at most") + " \($0)" },
    ].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: " and ")
  }
}

/// What can stand after `in:` where a configuration key is read: Swift's ranges, and `Bounds` for those Swift cannot
/// write.
public protocol ConfigurationRange<Bound> {
  associatedtype Bound: Comparable
  var bounds: Bounds<Bound> { get }
}

extension Bounds where Bound == Int {
  /// The allowed lengths of a list in words; nil if every length is allowed.
  var lengthText: String? { (lower ?? 0) <= 0 && upper == nil ? nil : text }
}

extension Bounds: ConfigurationRange {
  /// These bounds.
  public var bounds: Bounds<Bound> { self }
  /// Every value.
  public static var any: Bounds { Bounds() }
}

extension ConfigurationRange where Self == Bounds<Double> {
  /// Greater than zero.
  public static var positive: Self { Bounds(lower: 0, lowerIsExcluded: true) }
  /// Greater than the lower and less than the upper bound.
  public static func between(_ lower: Double, _ upper: Double) -> Self {
    Bounds(lower: lower, lowerIsExcluded: true, upper: upper, upperIsExcluded: true)
  }
  /// Greater than the lower and at most the upper bound.
  public static func above(_ lower: Double, through upper: Double) -> Self {
    Bounds(lower: lower, lowerIsExcluded: true, upper: upper)
  }
}

extension ClosedRange: ConfigurationRange {
  /// The same interval.
  public var bounds: Bounds<Bound> { Bounds(lower: lowerBound, upper: upperBound) }
}
extension Range: ConfigurationRange {
  /// The same interval.
  public var bounds: Bounds<Bound> { Bounds(lower: lowerBound, upper: upperBound, upperIsExcluded: true) }
}
extension PartialRangeFrom: ConfigurationRange {
  /// The same interval.
  public var bounds: Bounds<Bound> { Bounds(lower: lowerBound) }
}
extension PartialRangeThrough: ConfigurationRange {
  /// The same interval.
  public var bounds: Bounds<Bound> { Bounds(upper: upperBound) }
}
