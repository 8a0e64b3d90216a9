/// An error meant for the person who ran the command: what is wrong (expected and found), where, and what to do.
///
/// Everything that bad input can cause ends in one of these; the executables print `description` and exit with
/// `status`.
public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
  /// How the executable ends.
  public var status: ExitStatus
  /// What was expected and what was found.
  public var problem: String
  /// The file, and the object inside it, for example `dataset.h5:/train/c` or `linear-programs.yaml:12`.
  public var location: String?
  /// What the reader can do about it.
  public var remedy: String?

  /// A failure with its status, what is wrong, where, and what to do about it.
  public init(_ status: ExitStatus, _ problem: String, at location: String? = nil, remedy: String? = nil) {
    self.status = status
    self.problem = problem
    self.location = location
    self.remedy = remedy
  }

  /// All of it, for a person: `where: problem`, and the remedy on a line of its own.
  public var description: String {
    [location.map { "\($0): \(problem)" } ?? problem, remedy].compactMap { $0 }.joined(separator: "\n  -> ")
  }
}
