import Support

/// Decides which task is next: the bookkeeping of a run, without processes or time.
struct TaskQueue {
  /// A task whose turn has come.
  struct Start: Sendable {
    var task: PipelineTask
    var reason: Assessment.Reason
    var fingerprint: Fingerprint
    /// The record of the last attempt.
    var record: TaskRecord?
    var threads: Int
    /// The result of a task that need not run.
    var skipped: RunSummary.TaskResult?
  }

  private let graph: TaskGraph
  private let inspector: any OutputInspector
  private var freeThreads: Int
  /// Tasks that wait for others, in the order of the graph.
  private var waiting: [PipelineTask]
  /// Tasks that wait for threads.
  private var ready: [Start] = []
  private var results: [String: RunSummary.TaskResult] = [:]
  /// The content hashes of finished outputs, by path.
  private var hashes: [String: String] = [:]
  /// The exit statuses of the tasks that did not end well, in the order of their ends.
  private var failures: [Int32] = []

  /// The case studies, by the folders of their files, in the order of the run.
  private let positions: [String: Int]

  init(_ graph: TaskGraph, threads: Int, inspector: any OutputInspector) {
    (self.graph, self.inspector, freeThreads, waiting) = (graph, inspector, max(1, threads), graph.tasks)
    positions = Dictionary(uniqueKeysWithValues: graph.folders.enumerated().map { ($1, $0) })
  }

  var hasFailed: Bool { !failures.isEmpty }

  /// What is to be started now, each with its share of the threads; and what turned out to be done.
  mutating func next() -> [Start] {
    var starts = assessWaiting()
    // One case study after the other, so that the first report comes soon. Within one, long tasks first, so that none is left alone at
    // the end: those of long stages, then those that took long before.
    let positions = positions
    ready.sort { first, second in
      let (left, right) = (positions[first.task.folder] ?? 0, positions[second.task.folder] ?? 0)
      guard left == right else { return left < right }
      return (first.task.stage.priority, first.record?.seconds ?? 0) > (
        second.task.stage.priority, second.record?.seconds ?? 0
      )
    }
    while freeThreads > 0 && !ready.isEmpty {
      var start = ready.removeFirst()
      start.threads = start.task.stage.usesThreads ? (freeThreads + ready.count) / (ready.count + 1) : 1
      freeThreads -= start.threads
      starts.append(start)
    }
    return starts
  }

  /// Moves the tasks that have all they need from `waiting` to `ready`, or, if they are done, to the results.
  private mutating func assessWaiting() -> [Start] {
    var skipped: [Start] = []
    var rest: [PipelineTask] = []
    // Anew each time: a file may have changed since the tasks before were assessed.
    var external = ExternalHashes()
    // The order of the graph: what a skipped task makes ready stands behind it.
    for task in waiting {
      guard task.inputs.allSatisfy({ hashes[$0.path] != nil }) else {
        rest.append(task)
        continue
      }
      let record = TaskRecord.read(task)
      hashes.merge(external.hashes(of: task)) { $1 }
      var start = Start(
        task: task, reason: .neverRan, fingerprint: Fingerprint(task, hashes: hashes), record: record, threads: 0)
      switch task.assess(record, hashes: hashes, inspector: inspector) {
      case .run(let reason):
        start.reason = reason
        ready.append(start)
      case .done(let state):
        hashes[task.output] = state.contentHash
        var result = result(.upToDate, task)
        (result.contentHash, result.exitStatus, result.message) = (
          state.contentHash, record?.exitStatus, record?.message
        )
        results[task.id] = result
        start.skipped = result
        skipped.append(start)
      case .undecided: rest.append(task)
      }
    }
    waiting = rest
    return skipped
  }

  /// Takes in how an attempt ended.
  mutating func settle(_ attempt: Attempt) -> RunSummary.TaskResult {
    let task = attempt.start.task
    freeThreads += attempt.start.threads
    var result = result(.failed, task)
    result.reason = "\(attempt.start.reason)"
    result.seconds = attempt.record?.seconds
    result.exitStatus = attempt.record?.exitStatus ?? attempt.failure?.status.rawValue
    result.message = attempt.record?.message ?? attempt.failure?.description
    result.contentHash = attempt.record?.output?.contentHash
    switch attempt.record?.state {
    case .done: result.state = .done
    case .interrupted: result.state = .interrupted
    case .failed, .running, nil: result.state = .failed
    }
    if result.state == .done {
      hashes[task.output] = result.contentHash
    } else {
      result.command = attempt.record.map { shellCommand($0.command) }
      failures.append(result.exitStatus ?? ExitStatus.bug.rawValue)
    }
    results[task.id] = result
    return result
  }

  func summary(reports: [String], seconds: Double) -> RunSummary {
    var stuck: Set<String> = []
    let tasks = graph.tasks.map { task in
      if let result = results[task.id] {
        if result.state == .failed || result.state == .interrupted { stuck.insert(task.id) }
        return result
      }
      let isBlocked = task.inputs.contains { stuck.contains($0.producer) }
      if isBlocked { stuck.insert(task.id) }
      return result(isBlocked ? .blocked : .notStarted, task)
    }
    let verdict = tasks.lazy.compactMap(\.exitStatus).first { $0 != 0 } ?? 0
    // A failure counts more than an interruption: it would come again.
    let failure = failures.first { $0 != ExitStatus.interrupted.rawValue } ?? failures.first
    var summary = RunSummary(tasks: tasks, reports: reports, seconds: seconds, exitStatus: failure ?? verdict)
    if failure == nil && !summary.isComplete { summary.exitStatus = ExitStatus.interrupted.rawValue }
    return summary
  }

  private func result(_ state: RunSummary.State, _ task: PipelineTask) -> RunSummary.TaskResult {
    RunSummary.TaskResult(task: task.id, state: state, output: task.output, log: task.logPath)
  }
}
