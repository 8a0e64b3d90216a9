/// Statistics of one measured quantity over samples, with the values left out counted.
///
/// NaN marks a value that is not there (for example a perturbed sample without a solution) and an infinite value one beyond
/// all numbers (for example of a perturbed problem that diverged). Neither enters the mean, nor does a sample that failed; all are
/// counted, so that a reader can see what a mean leaves out.
///
///     let statistics = Statistics([1, 3, .nan], failed: 2)
///     statistics.mean     // 2, of the 2 numbers
///     statistics.missing  // 1
public struct Statistics: Equatable, Sendable {
  /// Number of finite values; every statistic is over these.
  public let count: Int
  /// Number of NaN values.
  public let missing: Int
  /// Number of infinite values.
  public let infinite: Int
  /// Number of samples that failed, whose values are not among these.
  public let failed: Int
  /// Arithmetic mean; NaN when there is no finite value.
  public let mean: Double
  /// Unbiased standard deviation, sqrt(sum (x - mean)^2 / (count - 1)); NaN for fewer than two values.
  public let deviation: Double

  private let sorted: [Double]

  /// - Parameter failed: samples whose values were left out beforehand.
  public init(_ values: some Sequence<Double>, failed: Int = 0) {
    var finite: [Double] = []
    var missing = 0
    var infinite = 0
    for value in values {
      if value.isFinite {
        finite.append(value)
      } else if value.isNaN {
        missing += 1
      } else {
        infinite += 1
      }
    }
    finite.sort()
    sorted = finite
    count = finite.count
    self.missing = missing
    self.infinite = infinite
    self.failed = failed
    let mean = finite.isEmpty ? Double.nan : finite.reduce(0, +) / Double(finite.count)
    self.mean = mean
    let squares = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = finite.count > 1 ? (squares / Double(finite.count - 1)).squareRoot() : .nan
  }

  /// Smallest finite value; NaN when there is none.
  public var minimum: Double { sorted.first ?? .nan }
  /// Largest finite value; NaN when there is none.
  public var maximum: Double { sorted.last ?? .nan }
  /// The middle value; NaN when there is none.
  public var median: Double { quantile(0.5) }

  /// The mean without the twentieth of the values at either end (rounded down): what a few extreme samples do not make. NaN when there is
  /// no value.
  public var trimmedMean: Double {
    let kept = sorted.dropFirst(count / 20).dropLast(count / 20)
    return kept.isEmpty ? .nan : kept.reduce(0, +) / Double(kept.count)
  }

  /// The p-quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, the default of
  /// R and NumPy): p = 0 is the minimum, p = 1 the maximum.
  ///
  /// - Parameter p: in 0...1; values outside are taken as 0 or 1.
  public func quantile(_ p: Double) -> Double {
    guard let last = sorted.indices.last, !p.isNaN else { return .nan }
    let position = min(max(p, 0), 1) * Double(last)
    let lower = Int(position)
    let upper = min(lower + 1, last)
    return sorted[lower] + (position - Double(lower)) * (sorted[upper] - sorted[lower])
  }

  /// Whether both are of the same values, in any order.
  public static func == (left: Statistics, right: Statistics) -> Bool {
    left.sorted == right.sorted && left.missing == right.missing && left.infinite == right.infinite && left.failed == right.failed
  }
}
