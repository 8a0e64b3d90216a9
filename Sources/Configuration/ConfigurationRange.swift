/// What can stand after `in:` where a configuration key is read: Swift's ranges, and `Bounds` for those Swift cannot
/// write.
public protocol ConfigurationRange<Bound> {
  associatedtype Bound: Comparable
  var bounds: Bounds<Bound> { get }
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
