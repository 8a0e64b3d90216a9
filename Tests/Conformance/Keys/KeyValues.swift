import Configuration

extension ConfigurationKey {
  /// Other values than `base` that the key may have, as YAML, the likeliest to act first; those outside its range are among them.
  ///
  /// - Parameter base: as YAML; nil or `null` for none.
  func otherValues(than base: String?) -> [String] {
    let candidates: [String] =
      switch type {
      case "integer": integers(Int(base ?? ""))
      case "number": numbers(Double(base ?? ""))
      case "boolean": ["true", "false"]
      case "choice": choices
      case "integer or choice": ["1", "2", "0", "first", "last", "best"]
      case "list of choices": choices.map { "[\($0)]" } + ["[\(choices.joined(separator: ", "))]"]
      case "list of integers": lists(base, integers(nil)) { integers(Int($0)) }
      case "list of numbers": lists(base, numbers(nil)) { numbers(Double($0)) }
      case "list of texts": ["[another]"]
      default: ["another"]
      }
    return candidates.filter { $0 != base }
  }

  /// Of `one of a, b; ...`, as choices and lists of them describe their range.
  private var choices: [String] {
    guard let range, let start = range.firstRange(of: "one of ") else { return [] }
    return range[start.upperBound...].prefix { $0 != ";" }.split(separator: ",").map { $0.trimmingPrefix(" ").description }
  }

  private func integers(_ base: Int?) -> [String] {
    guard let base else { return ["1", "2", "3", "4", "8"] }
    return [base + 1, base * 2, base - 1, base / 2, 1, 2, 3, 5, 8, 0].map { "\($0)" }
  }

  private func numbers(_ base: Double?) -> [String] {
    let fixed = [0.5, 1, 2, 0.1, 1e-3, 0.3, 3, 5, 0]
    guard let base else { return fixed.map { "\($0)" } }
    return ([base * 2, base / 2, base * 10, base / 10] + fixed).map { "\($0)" }
  }

  /// The list with its last item changed, and lists of one item.
  private func lists(_ base: String?, _ items: [String], _ others: (String) -> [String]) -> [String] {
    let now = (base ?? "").filter { !"[]".contains($0) }.split(separator: ",").map { $0.trimmingPrefix(" ").description }
    let changed = now.last.map { last in others(last).map { "[\((now.dropLast() + [$0]).joined(separator: ", "))]" } } ?? []
    return changed + items.map { "[\($0)]" }
  }
}
