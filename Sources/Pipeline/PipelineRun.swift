import Foundation
import Support

/// A run of a plan on this machine: what is done and still valid is skipped, the rest runs, independent tasks side by side.
///
/// No result depends on the number of threads or on the order in which independent tasks run.
public struct PipelineRun: Sendable {
  /// The tasks, and the folder they are done in.
  public var plan: PipelinePlan
  /// The programs of the stages.
  public var executables: StageExecutables
  /// Threads of all running tasks together.
  public var threads: Int
  /// Where tensors are computed; nil for the default of the stages.
  public var device: String?
  /// Whether a failed task leaves those running that do not need it.
  public var keepsGoing: Bool
  /// Whether finished datasets and models that were made with other settings may be made anew, and so be lost.
  public var replaces: Bool
  /// Looks at outputs.
  public var inspector: any OutputInspector
  /// Where the run is shown.
  public var console: Console
  /// Asked many times a second: once true, the running stages are asked to write their checkpoints and leave.
  public var shouldStop: @Sendable () -> Bool

  /// A run of a plan, with these programs and so many threads.
  public init(
    _ plan: PipelinePlan, executables: StageExecutables, threads: Int, device: String? = nil, keepsGoing: Bool = false,
    replaces: Bool = false, inspector: any OutputInspector = StandardInspector(), console: Console = .standardError,
    shouldStop: @escaping @Sendable () -> Bool = { Interruption.isRequested }
  ) {
    (self.plan, self.executables, self.threads, self.device) = (plan, executables, threads, device)
    self.replaces = replaces
    (self.keepsGoing, self.inspector, self.console, self.shouldStop) = (keepsGoing, inspector, console, shouldStop)
  }

  /// Runs what has to be run.
  ///
  /// - Throws: `Failure` if the run cannot start: another one works in the folder, executables are missing, or it would
  ///   replace finished work that `replaces` does not give up. Tasks that fail do
  ///   not throw; they are in the summary.
  ///
  /// - Parameter announce: is called once nothing stands in the way any more, before anything is written or started.
  public func execute(announce: () async throws -> Void = {}) async throws -> RunSummary {
    try executables.check(Set(plan.graph.tasks.map(\.stage)).sorted { $0.rawValue < $1.rawValue })
    if let device, device != "cpu", plan.graph.tasks.contains(where: { plan.makes($0) && $0.usesDevice }) {
      try await executables.check(device: device)
    }
    try plan.requireFiles()
    try plan.checkFolder()
    try plan.createFolders()
    let lock = try RunLock(plan)
    defer { withExtendedLifetime(lock) {} }
    let replacement = Replacement(plan, inspector)
    if !replaces { try replacement.check() }
    try await announce()
    if let notice = replacement.notice { console.print(notice) }
    try plan.write()
    let clock = ContinuousClock.now
    let display = RunDisplay(plan.graph.tasks, threads: threads, console: console)
    await stopLeftovers(display)

    let refreshing = Task { await display.keepRefreshing() }
    var queue = TaskQueue(plan.graph, threads: threads, inspector: inspector)
    await withTaskGroup(of: Attempt.self) { group in
      while true {
        let isStopped = shouldStop() || (queue.hasFailed && !keepsGoing)
        for start in isStopped ? [] : queue.next() {
          if let skipped = start.skipped {
            display.settled(skipped)
          } else {
            display.started(start.task, threads: start.threads, because: start.reason)
            group.addTask { await attempt(start) }
          }
        }
        guard let attempt = await group.next() else { break }
        display.settled(queue.settle(attempt))
      }
    }
    refreshing.cancel()
    await refreshing.value
    return queue.summary(reports: plan.reports, seconds: (ContinuousClock.now - clock) / .seconds(1))
  }

  private func attempt(_ start: TaskQueue.Start) async -> Attempt {
    let execution = TaskExecution(
      start.task, executables: executables, device: device, inspector: inspector)
    var attempt = Attempt(start: start)
    do {
      let lock = try OutputLock(for: start.task.recordPath)
      defer { withExtendedLifetime(lock) {} }
      attempt.record = try await execution.run(
        start.fingerprint, previous: start.record, threads: start.threads, shouldStop: shouldStop)
    } catch {
      attempt.failure = Failure(describing: error)
    }
    return attempt
  }

  /// A run that was killed may have left stages behind, which would write what this run is about to write.
  private func stopLeftovers(_ display: RunDisplay) async {
    for task in plan.graph.tasks where plan.makes(task) {
      guard let process = TaskRecord.read(task)?.process, process.isAlive else { continue }
      display.say("\(task.id): stopping process \(process.pid), left over from a run that was killed")
      await process.stop(patience: 60)
    }
  }
}

/// One attempt at a task, as it ended.
struct Attempt: Sendable {
  var start: TaskQueue.Start
  /// Nil if the attempt could not be made.
  var record: TaskRecord?
  var failure: Failure?
}
