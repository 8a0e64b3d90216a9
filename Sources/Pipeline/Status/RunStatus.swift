import Foundation
import Support

/// How a run is: each of its tasks, from what is in the folder of the run, and from Slurm where tasks were submitted.
public struct RunStatus: Codable, Equatable, Sendable {
  /// The folder of the run.
  public var run: String
  /// In the order of the plan.
  public var tasks: [TaskStatus]
  /// What could not be found out.
  public var note: String?
  /// The folders of the reruns of this run.
  public var reruns: [String]

  /// Looks at a run, without changing anything and without reading its files through: outputs are recognised by their names, sizes
  /// and times, and by the hash that they state.
  ///
  /// - Throws: `.missingInput`, `.badData` if the folder holds no run.
  public init(of folder: String, slurm: SlurmClient = SlurmClient()) async throws {
    try await self.init(of: folder, slurm: slurm, inspector: StatedInspector())
  }

  init(of folder: String, slurm: SlurmClient = SlurmClient(), inspector: any OutputInspector) async throws {
    let plan = try PipelinePlan(ofRun: folder)
    run = folder
    reruns = PipelineRerun.folders(of: folder)
    var observer = TaskObserver(elements: JobLedger(of: folder).elements)
    let ids = Set(observer.elements.values.map(\.job.job))
    if !ids.isEmpty {
      do {
        var jobs = try await slurm.states(of: ids)
        // How a job ended that Slurm has forgotten is known where the task wrote it down, else to its accounting, if there is one.
        let forgotten = observer.elements.filter { jobs[$0.value.job] == nil && !Self.isWrittenDown($0.key, plan) }
        jobs.merge(await slurm.endings(of: Set(forgotten.values.map(\.job.job)).sorted())) { first, _ in first }
        observer.jobs = jobs
      } catch {
        note = "what Slurm knows is missing here: \(Failure(describing: error).problem)"
      }
    }
    tasks = []
    var blocked: Set<String> = []
    for (task, assessment) in plan.graph.assess(inspector: inspector) {
      let isBlocked = plan.graph.upstream(of: task).contains(where: blocked.contains)
      let status = observer.status(of: task, assessment, isBlocked: isBlocked)
      if status.blocks { blocked.insert(task.id) }
      if plan.makes(task) { tasks.append(status) }
    }
  }

  private static func isWrittenDown(_ id: String, _ plan: PipelinePlan) -> Bool {
    guard let task = plan.graph[id], let record = TaskRecord.read(task) else { return false }
    return record.state != .running
  }

  /// How many tasks are in a state.
  public func count(_ state: TaskStatus.State) -> Int { tasks.count { $0.state == state } }

  /// Whether something runs or waits in the queue.
  public var isMoving: Bool { tasks.contains { $0.state == .running || $0.state == .queued } }
}

/// Takes the word of the files for what is in them.
struct StatedInspector: OutputInspector {
  private let standard = StandardInspector()
  func statedHash(of task: PipelineTask) throws -> String { try standard.statedHash(of: task) }
  func verifiedHash(of task: PipelineTask) throws -> String { try standard.statedHash(of: task) }
}
