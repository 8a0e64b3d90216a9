import Support

/// What a run did, task by task.
public struct RunSummary: Codable, Equatable, Sendable {
  /// How a task stands when the run is over.
  public enum State: String, Codable, Sendable {
    /// There was nothing to do.
    case upToDate = "up to date"
    case done
    case failed
    case interrupted
    /// A task that it needs did not end well.
    case blocked
    /// The run ended before its turn came.
    case notStarted = "not started"
  }

  /// What became of one task.
  public struct TaskResult: Codable, Equatable, Sendable {
    /// Its identifier.
    public var task: String
    /// How it stands.
    public var state: State
    /// Why it had to run.
    public var reason: String?
    /// Wall time of this run's attempt.
    public var seconds: Double?
    /// What it makes.
    public var output: String
    /// The content of the output, if it is done.
    public var contentHash: String?
    /// As a shell reports it; nil if it did not run.
    public var exitStatus: Int32?
    /// Of a task that did not end well: what it wrote last.
    public var message: String?
    /// The file with all that its attempts printed.
    public var log: String
    /// The command to run a failed task by hand.
    public var command: String?
  }

  /// In the order of the graph.
  public var tasks: [TaskResult]
  /// The pages that the run ends in.
  public var reports: [String]
  /// Wall time of the run.
  public var seconds: Double
  /// The exit status of the run: 0, that of the first task that failed, 75 if it was interrupted, or 77 if everything ran and a
  /// number is outside its band.
  public var exitStatus: Int32

  /// Whether there is nothing left to do.
  public var isComplete: Bool { tasks.allSatisfy { $0.state == .done || $0.state == .upToDate } }

  /// A table of the tasks, and what to know about those that did not end well.
  public var text: String {
    let rows =
      [["task", "state", "time", "output"]]
      + tasks.map { [$0.task, $0.state.rawValue, $0.seconds.map { durationText($0, tenths: true) } ?? "", $0.output] }
    let table = TextTable(rows).lines
    return (table + tasks.compactMap(\.trouble)).joined(separator: "\n")
  }
}

extension RunSummary.TaskResult {
  /// What a person needs to find out why the task did not end well; nil if it did.
  var trouble: String? {
    let status = exitStatus.map { describe(exitStatus: $0) } ?? "not started"
    let lines = message.map { "\n" + $0.split(separator: "\n").map { "  | \($0)" }.joined(separator: "\n") } ?? ""
    switch state {
    case .failed:
      return "\n\(task) failed: \(status)\(lines)\n  log: \(log)" + (command.map { "\n  by hand: \($0)" } ?? "")
    case .interrupted: return "\n\(task) was interrupted; the same command goes on from there\(lines)"
    case .done, .upToDate: return message.map { _ in "\n\(task) ended with \(status)\(lines)\n  log: \(log)" }
    case .blocked, .notStarted: return nil
    }
  }
}
