/// A duration for people: `0.4s`, `7s`, `12m05s`, `2h03m`, `over 100h`.
///
/// - Parameters:
///   - seconds: not negative; may be infinite.
///   - tenths: for what took its time: to the nearest second, or the nearest tenth below ten seconds. Without it, for what is left: whole
///     seconds, rounded up.
package func durationText(_ seconds: Double, tenths: Bool = false) -> String {
  guard seconds < 360_000 else { return "over 100h" }
  if tenths && seconds < 10 { return "\((seconds * 10).rounded() / 10)s" }
  let whole = Int(seconds.rounded(tenths ? .toNearestOrAwayFromZero : .up))
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  if whole < 60 { return "\(whole)s" }
  if whole < 3600 { return "\(whole / 60)m\(two(whole % 60))s" }
  return "\(whole / 3600)h\(two(whole % 3600 / 60))m"
}
