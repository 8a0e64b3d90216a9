import Foundation
import Support

/// What is to be done about a task.
public enum Assessment: Equatable, Sendable {
  /// The output is there and is what the task would make again.
  case done(OutputState)
  case run(Reason)
  /// The task is done so far; whether it stays so is known when these tasks have run.
  case undecided([String])

  /// Why a task has to run.
  public enum Reason: Equatable, Sendable {
    case neverRan
    case failed(Int32)
    case interrupted
    /// A process of this machine is at work on it.
    case running
    /// The last attempt ended without a trace: it was killed, or the machine stopped.
    case killed
    case outputMissing
    case outputDamaged(String)
    case changed([Fingerprint.Change])
  }

  /// Whether the task has to run, whatever others come out as.
  public var mustRun: Bool { if case .run = self { true } else { false } }
  /// Whether there is nothing to do.
  public var isDone: Bool { if case .done = self { true } else { false } }
}

extension Assessment: CustomStringConvertible {
  public var description: String {
    switch self {
    case .done: "done"
    case .run(let reason): "run: \(reason)"
    case .undecided(let tasks): "run if the output of \(tasks.joined(separator: ", ")) changes"
    }
  }
}

extension Assessment.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .neverRan: "it never ran"
    case .failed(let status): "it failed, \(describe(exitStatus: status))"
    case .interrupted: "it was interrupted"
    case .running: "it is running"
    case .killed: "its last attempt was killed"
    case .outputMissing: "its output is missing"
    case .outputDamaged(let problem): "its output is damaged: \(problem)"
    case .changed(let changes):
      "changed: " + changes.prefix(3).map(\.description).joined(separator: "; ")
        + (changes.count > 3 ? "; and \(changes.count - 3) more" : "")
    }
  }
}

extension PipelineTask {
  /// What is to be done about this task.
  ///
  /// - Parameters:
  ///   - hashes: the content hash of each input, by its path.
  ///   - inspector: looks at the output.
  func assess(_ record: TaskRecord?, hashes: [String: String], inspector: any OutputInspector) -> Assessment {
    guard let record else { return .run(.neverRan) }
    let changes = Fingerprint(self, hashes: hashes).changes(since: record.basis)
    guard changes.isEmpty else { return .run(.changed(changes)) }
    switch record.state {
    case .failed: return .run(.failed(record.exitStatus ?? ExitStatus.bug.rawValue))
    case .interrupted: return .run(.interrupted)
    case .running: return .run(record.process?.isAlive == true ? .running : .killed)
    case .done: break
    }
    guard let expected = record.output, let signature = signature(of: output) else { return .run(.outputMissing) }
    if signature == expected.signature { return .done(expected) }
    do {
      let hash = try inspector.verifiedHash(of: self)
      guard hash == expected.contentHash else { return .run(.outputDamaged("another program wrote it")) }
      return .done(OutputState(contentHash: hash, signature: signature))
    } catch {
      return .run(.outputDamaged(Failure(describing: error).problem))
    }
  }
}

extension TaskGraph {
  /// What a run would do, task by task, without doing it.
  ///
  /// - Parameter unsettled: tasks that are being made somewhere else; what they will come out as is not known yet.
  public func assess(inspector: any OutputInspector = StandardInspector(), unsettled: Set<String> = []) -> [(
    task: PipelineTask, assessment: Assessment
  )] {
    var hashes: [String: String] = [:]
    var external = ExternalHashes()
    var pending: Set<String> = []
    return tasks.map { task in
      let record = TaskRecord.read(task)
      let open = upstream(of: task).filter { pending.contains($0) }
      // Inputs that will be made again are taken to come out as they were.
      for input in task.inputs where pending.contains(input.producer) {
        hashes[input.path] = record?.basis.inputs[task.pathInRun(input.path)]
      }
      hashes.merge(external.hashes(of: task)) { $1 }
      var assessment = task.assess(record, hashes: hashes, inspector: inspector)
      if case .done(let state) = assessment {
        hashes[task.output] = state.contentHash
        if !open.isEmpty { assessment = .undecided(open) }
      }
      if assessment.mustRun || !open.isEmpty || unsettled.contains(task.id) { pending.insert(task.id) }
      return (task, assessment)
    }
  }
}

/// An exit status in words: `exit status 65 (bad data)`, `signal 9`.
func describe(exitStatus status: Int32) -> String {
  if status > 128 {
    let name = [SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV", SIGTERM: "SIGTERM"][
      status - 128]
    return "ended by \(name ?? "signal \(status - 128)")"
  }
  return "exit status \(status)" + (ExitStatus(rawValue: status).map { " (\($0))" } ?? "")
}
