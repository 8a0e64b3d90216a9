import Foundation
import Support

/// What is known about a task after its last attempt; lies in `RUN/tasks/<task>.json`.
///
/// The record is the truth about a task, whoever ran it. It is written when an attempt begins and when it ends, so a record
/// that says `running` while nothing runs is the mark of an attempt that was killed.
public struct TaskRecord: Codable, Equatable, Sendable {
  /// How the last attempt stands.
  public enum State: String, Codable, Sendable {
    case running, done, failed, interrupted
  }

  /// The identifier of the task.
  public var task: String
  /// How the last attempt stands.
  public var state: State
  /// SHA-256 of `basis`.
  public var fingerprint: String
  /// What the fingerprint was made of, to say later what changed.
  public var basis: Fingerprint
  /// How often the task was started.
  public var attempts: Int
  /// When the last attempt began.
  public var started: Date
  /// Wall time of the last attempt.
  public var seconds: Double
  /// Processor time of the last attempt, which others on the machine do not change much.
  public var processorSeconds: Double?
  /// Threads that it was given.
  public var threads: Int
  /// What was run, the executable first.
  public var command: [String]
  /// The machine that the attempt ran on.
  public var host: String?
  /// The Slurm job of the attempt, `17` or `17_3`.
  public var job: String?
  /// How often in a row the task has put itself back into the queue before its time limit.
  public var continuations: Int?
  /// The process of the attempt, while it runs.
  public var process: ProcessIdentity?
  /// As a shell reports it: 128 + the number of the signal for a process that one ended. Nil while it runs.
  public var exitStatus: Int32?
  /// The most memory that the attempt had in use, in bytes.
  public var peakMemory: Int?
  /// The last lines that a failed attempt wrote.
  public var message: String?
  /// The output of a task that is done.
  public var output: OutputState?

  /// What the last attempt took, in seconds of one thread.
  public var work: Double { processorSeconds ?? seconds * Double(threads) }

  /// The record of a task; nil if it has none. A damaged one counts as none: the task runs again and writes a new one.
  public static func read(_ task: PipelineTask) -> TaskRecord? {
    guard let data = FileManager.default.contents(atPath: task.recordPath) else { return nil }
    return try? JSONText.decode(TaskRecord.self, from: data)
  }

  /// Replaces the record at once.
  ///
  /// - Throws: `.cannotCreate`, or `.io` when the disk is full.
  func write(for task: PipelineTask) throws {
    try writeJSON(self, to: task.recordPath)
  }
}
