/// What can be wrong with a fixed-point problem or with the settings of its solution.
///
/// Every case says what was expected, what was found and what to do; none is used for a sample that merely did not
/// converge, which is a `SolveStatus`.
public enum EquilibriumError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A setting lies outside its range.
  case invalidSetting(name: String, found: String, expected: String)
  /// Two states that must have the same shape do not.
  case shapeMismatch(role: String, expected: [Int], found: [Int])
  /// A list that must hold one entry per sample (or per other thing) has another length.
  case countMismatch(role: String, expected: Int, found: Int)
  /// A state without samples or without entries has no fixed point to look for.
  case emptyState(role: String, shape: [Int])
  /// A direction to start a power iteration from, or two points to compare, give a vector of length zero or a
  /// non-finite one.
  case degenerateDirection(role: String, sample: Int)
  /// The loss is not one finite-sized scalar, or a parameter does not reach it.
  case notDifferentiable(role: String, problem: String)

  /// What is wrong, and what to do, in one sentence.
  public var description: String {
    switch self {
    case .invalidSetting(let name, let found, let expected):
      "\(name) is \(found), expected \(expected); correct this setting"
    case .shapeMismatch(let role, let expected, let found):
      "\(role) has shape \(found), expected \(expected); a map must keep the shape [samples, ...] of its state"
    case .countMismatch(let role, let expected, let found):
      "\(role) has \(found) entries, expected \(expected); give one per sample"
    case .emptyState(let role, let shape):
      "\(role) has shape \(shape), which holds no numbers; give at least one sample with one entry"
    case .degenerateDirection(let role, let sample):
      "\(role) of sample \(sample) has length zero or is not finite; draw it anew, for example standard normal"
    case .notDifferentiable(let role, let problem):
      "\(role): \(problem)"
    }
  }
}
