import Foundation
import HDF5
import Support

/// How a task of a run is, for people and programs.
public struct TaskStatus: Codable, Equatable, Sendable {
  /// How a task stands.
  public enum State: String, Codable, CaseIterable, Sendable {
    case done
    case running
    /// In the queue of Slurm.
    case queued
    /// Saved its state when it was asked to stop, and is in no queue.
    case interrupted
    case failed
    /// Ended without a trace: a process was killed, or a machine stopped.
    case killed
    /// Taken out of the queue of Slurm.
    case cancelled
    /// A task that it needs did not end well.
    case blocked
    /// Was done, but would not come out as it was.
    case outdated
    /// Its turn has not come.
    case waiting
  }

  /// Its identifier.
  public var task: String
  /// What it does.
  public var stage: Stage
  /// How it stands.
  public var state: State
  /// Why it is in this state, where that is not obvious.
  public var reason: String?
  /// How far it is, or how far its last attempt came; nil for a task that is done or waits.
  public var progress: ProgressRecord?
  /// For a running task, at its present rate.
  public var secondsLeft: Double?
  /// Wall time of the last attempt, up to now if it runs.
  public var seconds: Double?
  /// Processor time of the last attempt, once it has ended.
  public var processorSeconds: Double?
  /// How often it was started.
  public var attempts: Int?
  /// The most memory that the last attempt had in use, in bytes.
  public var peakMemory: Int?
  /// Of the last attempt, as a shell reports it.
  public var exitStatus: Int32?
  /// The last lines of an attempt that did not end well.
  public var message: String?
  /// The Slurm job of a task that is in the queue, or that was submitted last.
  public var job: String?
  /// The machine of the last attempt.
  public var host: String?
  /// The content of the output, if it is done.
  public var contentHash: String?
  /// What it makes.
  public var output: String
  /// The file with all that its attempts printed.
  public var log: String

  init(_ task: PipelineTask, _ state: State, _ reason: String? = nil) {
    (self.task, stage, self.state, self.reason) = (task.id, task.stage, state, reason)
    (output, log) = (task.output, task.logPath)
  }

  /// Whether tasks that need this one cannot run.
  var blocks: Bool { [.failed, .killed, .cancelled, .blocked].contains(state) }
}

/// Finds out how a task is, from what is on disk and what Slurm says.
struct TaskObserver {
  /// Where the tasks were submitted.
  var elements: [String: JobLedger.Element]
  /// What Slurm says; nil where it was not asked or does not answer.
  var jobs: [SlurmJob: SlurmJobState]?
  var now = Date()

  func status(of task: PipelineTask, _ assessment: Assessment, isBlocked: Bool) -> TaskStatus {
    let record = TaskRecord.read(task)
    var status = find(task, assessment, record, isBlocked: isBlocked)
    status.job = elements[task.id]?.job.id ?? record?.job
    (status.attempts, status.peakMemory, status.host) = (record?.attempts, record?.peakMemory, record?.host)
    if let record, status.state != .waiting {
      status.seconds = status.state == .running ? now.timeIntervalSince(record.started) : record.seconds
      status.processorSeconds = record.processorSeconds
    }
    if case .done(let state) = assessment { status.contentHash = state.contentHash }
    if status.state != .done && status.state != .waiting, let progress = try? ProgressRecord.read(task.progressPath) {
      status.progress = progress
      if status.state == .running && progress.done < progress.total { status.secondsLeft = progress.secondsLeft }
    }
    return status
  }

  private func find(
    _ task: PipelineTask, _ assessment: Assessment, _ record: TaskRecord?, isBlocked: Bool
  ) -> TaskStatus {
    let element = elements[task.id]
    let state = element.flatMap { jobs?[$0.job] }
    if let state, state.isLive || state.isEnding { return queued(task, state, record, element) }
    if record?.state == .running, isAlive(record) {
      return TaskStatus(task, .running, elements.isEmpty || record?.job != nil ? nil : "outside Slurm")
    }
    switch assessment {
    case .done:
      var status = TaskStatus(task, .done, record?.exitStatus.flatMap { $0 == 0 ? nil : describe(exitStatus: $0) })
      (status.exitStatus, status.message) = (record?.exitStatus, record?.message)
      return status
    case .undecided, .run(.changed), .run(.outputMissing), .run(.outputDamaged):
      return TaskStatus(task, .outdated, "\(assessment)")
    case .run: break
    }
    // A job that ended after the last attempt, or without one.
    let isNews = element != nil && (record == nil || record?.job != element?.job.id || record?.state == .running)
    switch record?.state {
    case .running?: return ended(task, .killed, state, of: element, "its last attempt ended without a trace")
    case .failed?:
      var status = TaskStatus(task, .failed, record?.exitStatus.map(describe(exitStatus:)))
      (status.exitStatus, status.message) = (record?.exitStatus, record?.message)
      return status
    case .interrupted?:
      let end = state?.state == "FAILED" ? nil : state?.end
      var status = TaskStatus(task, .interrupted, end ?? "it saved its state; submit or run again to go on")
      (status.exitStatus, status.message) = (record?.exitStatus, record?.message)
      return status
    case .done?, nil: break
    }
    if isNews, jobs != nil {
      if state == nil { return ended(task, .killed, state, of: element, "its job is over, and Slurm has forgotten how") }
      if state?.state == "CANCELLED" {
        return isBlocked
          ? TaskStatus(task, .blocked, "a task that it needs did not end well")
          : TaskStatus(task, .cancelled, state?.end)
      }
      if state?.end != nil { return ended(task, .failed, state, of: element, nil) }
    }
    return TaskStatus(task, isBlocked ? .blocked : .waiting, isBlocked ? "a task that it needs did not end well" : nil)
  }

  private func queued(
    _ task: PipelineTask, _ state: SlurmJobState, _ record: TaskRecord?, _ element: JobLedger.Element?
  ) -> TaskStatus {
    if state.isRunning || state.isEnding {
      // A job begins some moments before its task does.
      let isAtWork = record?.state == .running && record?.job == element?.job.id
      return TaskStatus(task, .running, isAtWork ? nil : state.isEnding ? "its job is ending" : "its job has begun")
    }
    var reason =
      switch state.reason {
      case "Dependency"?: "for the tasks that it needs"
      case "BeginTime"?: "to go on, some two minutes after it stopped"
      case "Resources"?, "Priority"?: "for its turn"
      case "JobArrayTaskLimit"?: "for others of its array"
      case let other: other
      }
    if let times = record?.continuations, times > 0 {
      reason = [reason, "went on \(times) time\(times == 1 ? "" : "s") at its time limit"].compactMap { $0 }.joined(
        separator: "; ")
    }
    return TaskStatus(task, .queued, reason)
  }

  /// A task whose job ended in a way that the task itself could not write down.
  private func ended(
    _ task: PipelineTask, _ state: TaskStatus.State, _ job: SlurmJobState?, of element: JobLedger.Element?, _ fallback: String?
  ) -> TaskStatus {
    var status = TaskStatus(task, state, job?.end ?? fallback)
    let lines = TaskLog(task.logPath).lastLines(from: 0)
    status.message = lines.isEmpty ? nil : lines
    return status
  }

  private func isAlive(_ record: TaskRecord?) -> Bool {
    guard let record, let process = record.process else { return false }
    if process.isOfThisMachine { return process.isAlive }
    // On another machine only Slurm could tell; it does not say that the job lives.
    return jobs == nil || record.job == nil
  }
}
