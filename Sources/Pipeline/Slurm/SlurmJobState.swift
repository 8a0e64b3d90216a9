import Foundation

/// What Slurm says about a job.
public struct SlurmJobState: Equatable, Sendable {
  /// In Slurm's words: `PENDING`, `RUNNING`, `TIMEOUT`.
  public var state: String
  /// Why it waits or how it ended, in Slurm's words; nil for no reason.
  public var reason: String?

  /// A state in words of Slurm.
  public init(_ state: String, reason: String? = nil) { (self.state, self.reason) = (state, reason) }

  private static let waiting: Set = ["PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT"]
  private static let running: Set = [
    "RUNNING", "CONFIGURING", "SUSPENDED", "STOPPED", "RESIZING", "SIGNALING", "STAGE_OUT",
  ]

  /// Whether it is still to begin.
  public var isWaiting: Bool { Self.waiting.contains(state) }
  /// Whether it has its turn.
  public var isRunning: Bool { Self.running.contains(state) }
  /// Whether its processes are being ended. What comes next, the end or the queue, is known in a moment.
  public var isEnding: Bool { state == "COMPLETING" }
  /// Whether the job has its turn or is to have it.
  public var isLive: Bool { (isWaiting && !isHopeless) || isRunning }
  /// Whether it waits for a job that failed, and would wait for ever.
  public var isHopeless: Bool { reason == "DependencyNeverSatisfied" }

  /// The states of jobs, from the lines of `squeue -o '%F|%K|%T|%r'`.
  static func fromQueue(_ text: String) -> [SlurmJob: SlurmJobState] {
    var states: [SlurmJob: SlurmJobState] = [:]
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
      // A site may print words of its own.
      guard fields.count == 4, Int(fields[0]) != nil else { continue }
      states[SlurmJob(fields[0], element: Int(fields[1]))] = SlurmJobState(
        fields[2], reason: ["", "None", "(null)"].contains(fields[3]) ? nil : fields[3])
    }
    return states
  }

  /// The states of jobs, from the lines of `sacct -X -n -P -o JobID,State,ExitCode`. Elements that never began stand in ranges,
  /// `17_[3-5]`, and are left out.
  static func fromAccounting(_ text: String) -> [SlurmJob: SlurmJobState] {
    var states: [SlurmJob: SlurmJobState] = [:]
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      // `CANCELLED by 1000`
      guard fields.count == 3, let word = fields[1].split(separator: " ").first else { continue }
      let id = fields[0].split(separator: "_").map(String.init)
      guard let job = id.first, Int(job) != nil, id.count == 1 || Int(id[1]) != nil else { continue }
      let reason = fields[2] == "0:0" ? nil : "exit code \(fields[2])"
      states[SlurmJob(job, element: id.count > 1 ? Int(id[1]) : nil)] = SlurmJobState(String(word), reason: reason)
    }
    return states
  }

  /// How the job ended, for people; nil if it did not, or if it ended well.
  public var end: String? {
    switch state {
    case "COMPLETED": nil
    case "TIMEOUT": "it ran into its time limit"
    case "OUT_OF_MEMORY": "it used more memory than it asked for"
    case "NODE_FAIL": "its node failed"
    case "BOOT_FAIL": "its node did not start"
    case "PREEMPTED": "another job took its place"
    case "DEADLINE": "it could not end before its deadline"
    case "CANCELLED": isHopeless ? "a job that it waited for failed" : "it was cancelled"
    case "FAILED": "Slurm says it failed" + (reason.map { ": \($0)" } ?? "")
    default: isLive || isEnding ? nil : "Slurm says \(state)" + (reason.map { ": \($0)" } ?? "")
    }
  }
}
