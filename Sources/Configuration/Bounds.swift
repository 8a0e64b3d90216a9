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

extension Bounds where Bound == Int {
  /// The allowed lengths of a list in words; nil if every length is allowed.
  var lengthText: String? { (lower ?? 0) <= 0 && upper == nil ? nil : text }
}
