import Foundation
import Support

/// What a job does: the tasks of its element, one after the other; and if its time limit comes first, it sees to it that another
/// job goes on.
public struct BatchTask: Sendable {
  /// How this job would be submitted again; names the plan, the profile and the executables.
  public var submission: SlurmSubmission
  /// The job; nil where the command is run by hand.
  public var job: SlurmJob?
  public var console = Console.standardError

  public init(_ submission: SlurmSubmission, job: SlurmJob? = .current) {
    (self.submission, self.job) = (submission, job)
  }

  /// Seconds to wait for an attempt at the same task that is just ending, in a job before this one.
  private static let patience = 120.0

  /// - Returns: the exit status of the job: 0, or that of the first task that did not end well.
  /// - Throws: `Failure` if the continuation cannot be submitted.
  public func run(_ ids: [String]) async throws -> Int32 {
    var status: Int32 = 0
    var open: [PipelineTask] = []
    for id in ids {
      do {
        guard let task = submission.plan.graph[id] else {
          throw Failure(.badData, "the run has no task `\(id)` any more", at: submission.plan.folder, remedy: "submit it again")
        }
        let record = Interruption.isRequested ? nil : try await attempt(task)
        if Interruption.isRequested, record?.state != .done { open.append(task) }
        if let ending = record?.exitStatus, status == 0 { status = record?.state == .done ? 0 : ending }
      } catch {
        let failure = Failure(describing: error)
        console.print("\(id): \(failure)")
        if status == 0 { status = failure.status.rawValue }
      }
    }
    guard !open.isEmpty else { return status }
    if Interruption.isTimeLimit { try await goOn(open, leaving: Set(ids)) }
    return ExitStatus.interrupted.rawValue
  }

  /// One attempt at a task; nil if there was nothing to do.
  private func attempt(_ task: PipelineTask) async throws -> TaskRecord? {
    guard case .taken(let lock) = try OutputLock.attempt(for: task.recordPath, patience: Self.patience) else {
      throw Failure(
        .cannotCreate, "another process is still at work on this task", at: task.recordPath, remedy: "wait for it, or end it")
    }
    defer { withExtendedLifetime(lock) {} }
    let (hashes, assessment) = try await inputs(of: task)
    guard case .run(let reason) = assessment else {
      console.print("\(task.id): done already")
      return nil
    }
    let threads = Cores.available()
    console.print("\(task.id): started, \(threads) thread\(threads == 1 ? "" : "s"), because \(reason)")
    let execution = TaskExecution(
      task, executables: submission.executables,
      device: try submission.profile.device(for: task), inspector: submission.inspector)
    let record = try await execution.run(
      Fingerprint(task, hashes: hashes), previous: TaskRecord.read(task), threads: threads,
      shouldStop: { Interruption.isRequested })
    console.print("\(task.id): \(record.state.rawValue) after \(durationText(record.seconds, tenths: true))")
    return record
  }

  /// The content hashes of the inputs, by path, and what is to be done about the task.
  ///
  /// Slurm starts a job when those it waits for are over, as far as it remembers them; that their outputs are there is seen here.
  ///
  /// - Throws: `.missingInput` if an input is not done.
  private func inputs(of task: PipelineTask) async throws -> ([String: String], Assessment) {
    let deadline = Date().addingTimeInterval(Double(submission.profile.fileLatency))
    while true {
      let assessed = try TaskGraph(submission.plan.graph.needed(for: task)).assess(inspector: submission.inspector)
      let missing = assessed.dropLast().first { !$0.assessment.isDone }
      if let missing {
        guard Date() < deadline, !Interruption.isRequested else {
          throw Failure(
            .missingInput, "the input of this task is not done: \(missing.task.id), \(missing.assessment)",
            at: missing.task.output, remedy: "submit the run again")
        }
        try await Task.sleep(for: .seconds(1))
        continue
      }
      let hashes = assessed.compactMap { task, assessment -> (String, String)? in
        if case .done(let state) = assessment { (task.output, state.contentHash) } else { nil }
      }
      var external = ExternalHashes()
      return (
        Dictionary(uniqueKeysWithValues: hashes).merging(external.hashes(of: task)) { $1 },
        assessed[assessed.count - 1].assessment
      )
    }
  }

  /// Puts this job back into the queue, or submits another one where that is not allowed.
  private func goOn(_ tasks: [PipelineTask], leaving: Set<String>) async throws {
    let limit = submission.profile.continuations
    let used = tasks.compactMap { TaskRecord.read($0)?.continuations }.max() ?? 0
    guard used < limit else {
      return console.print("stopped: the profile lets a task go on \(limit) times in a row; submit the run again to go on")
    }
    guard let job else { return console.print("not in a job of Slurm: run the same command again to go on") }
    for task in tasks {
      guard var record = TaskRecord.read(task) else { continue }
      record.continuations = used + 1
      try record.write(for: task)
    }
    if submission.profile.requeue {
      // Said before: as soon as Slurm has heard the request it ends this process.
      console.print("job \(job.id) goes back to the queue, time \(used + 1) of \(limit)")
      guard let refusal = try await submission.slurm.requeue(job) else { return }
      console.print("but it cannot: \(refusal)")
    }
    let outcome = try await submission.submit(leaving: leaving, patience: 600)
    console.print("job \(job.id) goes on in job \(outcome.jobs.map(\.id).joined(separator: ", ")), time \(used + 1) of \(limit)")
  }
}

extension TaskGraph {
  /// A task behind all that it needs, directly or through others.
  func needed(for task: PipelineTask) -> [PipelineTask] {
    var needed: Set<String> = [task.id]
    for other in tasks.reversed() where needed.contains(other.id) { needed.formUnion(upstream(of: other)) }
    return tasks.filter { needed.contains($0.id) }
  }
}
