import Foundation
import Logging
import Support

/// Brings the tasks of a run that are not done into the queue of Slurm: what is done and valid is not submitted again, what waits
/// or runs is recognised.
public struct SlurmSubmission: Sendable {
  /// What is to be done.
  public var plan: PipelinePlan
  /// What the site wants to know.
  public var profile: SlurmProfile
  /// The programs of the stages.
  public var executables: StageExecutables
  /// The executable `implicit-pipeline`, which each job runs for its tasks.
  public var program: String
  /// The commands of Slurm.
  public var slurm = SlurmClient()
  /// Whether finished datasets and models that were made with other settings may be lost.
  public var replaces = false
  /// Looks at outputs.
  public var inspector: any OutputInspector = StandardInspector()

  /// The submission of a plan.
  public init(_ plan: PipelinePlan, _ profile: SlurmProfile, executables: StageExecutables, program: String) {
    (self.plan, self.profile, self.executables, self.program) = (plan, profile, executables, program)
  }

  /// What was submitted, and what was not and why.
  public struct Outcome: Codable, Equatable, Sendable {
    /// A job that is in the queue now.
    public struct Job: Codable, Equatable, Sendable {
      /// As Slurm numbers it.
      public var id: String
      /// As `squeue` shows it.
      public var name: String
      /// The script that was submitted.
      public var script: String
      /// What it waits for, as sbatch was told.
      public var dependency: String?
      /// The tasks that it does.
      public var tasks: [String]
    }
    /// The jobs, each behind those it waits for.
    public var jobs: [Job]
    /// Tasks that wait or run since an earlier submission.
    public var inQueue: [String]
    /// Tasks that are done.
    public var upToDate: [String]
  }

  /// Submits what is missing, all or nothing.
  ///
  /// - Parameters:
  ///   - leaving: tasks whose job is about to end without having done them: they count as not in the queue. Given by a job that
  ///     submits its own continuation; nil when a person submits, which gives every task its full number of continuations again.
  ///   - patience: seconds to wait for someone else who works in the run.
  /// - Throws: `Failure` if another process works in the run, or with Slurm's own words if it refuses a job; nothing of this
  ///   submission is left in the queue then.
  public func submit(leaving: Set<String>? = nil, patience: Double = 0) async throws -> Outcome {
    try executables.check(Set(plan.graph.tasks.map(\.stage)).sorted { $0.rawValue < $1.rawValue })
    let script = try JobScript(profile)
    for task in plan.graph.tasks { _ = try profile.device(for: task) }
    try plan.requireFiles()
    try plan.checkFolder()
    try plan.createFolders()
    let lock = try RunLock(plan, patience: patience)
    defer { withExtendedLifetime(lock) {} }
    if leaving == nil && !replaces { try Replacement(plan, inspector).check() }
    var ledger = JobLedger(of: plan.folder)
    try await cancelStrays(of: ledger)
    let work = try await work(ledger, leaving: leaving ?? [])
    var outcome = Outcome(jobs: [], inQueue: work.live.keys.sorted(), upToDate: work.upToDate)
    guard !work.wanted.isEmpty else {
      try plan.write()
      return outcome
    }
    let drafts = try JobPlanner(
      plan.graph, submitting: work.wanted, live: work.live, profile, arraySize: try await arraySize()
    ).drafts()
    repeat { ledger.submissions += 1 } while FileManager.default.fileExists(atPath: folder(of: ledger.submissions))
    let files = try drafts.map { try write($0, script, ledger) }
    var unavailable: String?
    for file in files { unavailable = try await slurm.test(file) ?? unavailable }

    try plan.write()
    if leaving == nil { try resetContinuations(work.wanted) }
    try await slurm.cancel(work.doomed.map(\.id))
    // The comment is on disk before anything is in the queue: strays can be found.
    try ledger.write(in: plan.folder)
    var jobs: [JobLedger.Job] = []
    let before = Set(ledger.jobs.map(\.id))
    do {
      for (draft, file) in zip(drafts, files) {
        let dependency = draft.condition { jobs[$0].id }
        let id = try await number(
          of: slurm.submit(file, dependency: dependency), draft, file,
          besides: before.union(jobs.map(\.id)), comment: ledger.comment)
        jobs.append(
          JobLedger.Job(
            id: id, name: draft.name, submission: ledger.submissions, dependency: dependency, isArray: draft.isArray,
            elements: draft.elements))
      }
      if let unavailable {
        Logger(label: "submit").notice("the jobs wait for their nodes, which Slurm cannot use now: \(unavailable)")
      }
      ledger.add(jobs)
      try ledger.write(in: plan.folder)
    } catch {
      try? await slurm.cancel(jobs.map(\.id))
      // With those that were taken without their number being known.
      try? await slurm.cancel(slurm.jobs(withComment: ledger.comment).filter { !before.contains($0) })
      throw error
    }
    outcome.jobs = zip(jobs, files).map { job, file in
      Outcome.Job(
        id: job.id, name: job.name, script: file, dependency: job.dependency, tasks: job.elements.flatMap(\.tasks))
    }
    return outcome
  }

  /// The number of a job that was just submitted.
  ///
  /// - Parameters:
  ///   - answer: what sbatch said; nil where the answer was lost, or has no number in it. Then the queue says whether the job is there.
  ///   - known: jobs of the run that were submitted before.
  private func number(
    of answer: String?, _ draft: JobDraft, _ file: String, besides known: Set<String>, comment: String
  ) async throws -> String {
    if let answer { return answer }
    let found = try await slurm.jobs(withComment: comment, name: draft.name).filter { !known.contains($0) }
    guard found.count == 1 else {
      throw Failure(
        .io, "Slurm did not say which number the job has, and \(found.count) jobs in the queue may be it", at: file,
        remedy: "`squeue --me` shows the queue; then submit again")
    }
    return found[0]
  }

  /// What `submit` would do: the scripts and what they wait for. Neither submits nor writes anything; needs no Slurm.
  public func rehearse() throws -> String {
    let script = try JobScript(profile)
    for task in plan.graph.tasks { _ = try profile.device(for: task) }
    let ledger = JobLedger(of: plan.folder)
    let wanted = try plan.graph.assess(inspector: inspector).filter { !$0.assessment.isDone }.map { task, assessment in
      guard plan.makes(task) else { throw task.isNotDone(because: assessment) }
      return task.id
    }
    let drafts = try JobPlanner(
      plan.graph, submitting: Set(wanted), live: [:], profile, arraySize: profile.arraySize ?? 1001
    ).drafts()
    let folder = folder(of: ledger.submissions + 1)
    let parts = try drafts.map { draft in
      let options = SlurmClient.options(draft.condition { "<\(drafts[$0].name)>" })
      let path = "\(folder)/\(draft.name).sh"
      let elements = draft.elements.map { "#   \($0.index): \($0.tasks.joined(separator: " "))\n" }.joined()
      return """
        # ==== \(draft.name): sbatch \((["--parsable"] + options + [path]).joined(separator: " "))
        \(elements)\(try script.text(facts(draft, ledger, in: folder)))
        """
    }
    let summary = "# \(wanted.count) tasks in \(drafts.count) jobs; \(plan.graph.tasks.count - wanted.count) tasks are done"
    return (parts + [summary]).joined(separator: "\n")
  }

  // MARK: what is to be done

  private struct Work {
    /// Tasks to submit.
    var wanted: Set<String> = []
    /// Tasks in the queue that stay there, with their jobs.
    var live: [String: SlurmJob] = [:]
    /// Jobs in the queue that wait for something that will not come.
    var doomed: [SlurmJob] = []
    var upToDate: [String] = []
  }

  private func work(_ ledger: JobLedger, leaving: Set<String>) async throws -> Work {
    let elements = ledger.elements.filter { !leaving.contains($0.key) }
    let states = try await settledStates(of: Set(elements.values.map(\.job.job)))
    var work = Work()
    for (task, element) in elements where states[element.job]?.isLive == true { work.live[task] = element.job }
    let assessed = plan.graph.assess(inspector: inspector, unsettled: Set(work.live.keys))
    for (task, assessment) in assessed where !work.wanted.contains(task.id) {
      if let job = work.live[task.id] {
        let isRunning = states[job]?.isRunning == true
        // Its job waits for one that is over, not for the one that is about to be submitted.
        let isDoomed = plan.graph.upstream(of: task).contains(where: work.wanted.contains)
        if isRunning { try refuseChange(of: task, job) }
        guard isDoomed && !isRunning else { continue }
        work.doomed.append(job)
        // With it, the other tasks of its element.
        for (other, itsJob) in work.live where itsJob == job {
          work.live[other] = nil
          work.wanted.insert(other)
        }
      } else if assessment.isDone {
        work.upToDate.append(task.id)
      } else if plan.makes(task) {
        work.wanted.insert(task.id)
      } else {
        throw task.isNotDone(because: assessment)
      }
    }
    return work
  }

  /// The states of jobs, after those that are just ending have ended: a requeued one is back in the queue then.
  private func settledStates(of jobs: Set<String>) async throws -> [SlurmJob: SlurmJobState] {
    for _ in 0..<50 {
      let states = try await slurm.states(of: jobs)
      guard states.values.contains(where: \.isEnding) else { return states }
      try await Task.sleep(for: .milliseconds(200))
    }
    return try await slurm.states(of: jobs)
  }

  /// A task that waits takes the plan as it is when its turn comes; one that runs has taken it.
  private func refuseChange(of task: PipelineTask, _ job: SlurmJob) throws {
    guard let record = TaskRecord.read(task), record.state == .running, record.basis.settings != task.settings else {
      return
    }
    let changes = Fingerprint(task, hashes: [:]).changes(since: record.basis).filter {
      if case .setting = $0 { true } else { false }
    }
    throw Failure(
      .usage, "\(task.id) runs with other settings: \(changes.map(\.description).joined(separator: "; "))",
      at: "job \(job.id)",
      remedy: "wait for it, or end it: implicit-pipeline cancel \(plan.folder)")
  }

  /// Ends jobs that a submission left behind which was killed before it could write them down.
  private func cancelStrays(of ledger: JobLedger) async throws {
    guard ledger.submissions > 0 else { return }
    let known = Set(ledger.jobs.map(\.id))
    try await slurm.cancel(slurm.jobs(withComment: ledger.comment).filter { !known.contains($0) })
  }

  private func resetContinuations(_ tasks: Set<String>) throws {
    for task in plan.graph.tasks where tasks.contains(task.id) {
      guard var record = TaskRecord.read(task), record.continuations != nil else { continue }
      record.continuations = nil
      try record.write(for: task)
    }
  }

  private func arraySize() async throws -> Int {
    let site = try await slurm.maxArraySize()
    return min(profile.arraySize ?? site, site)
  }

  // MARK: files

  private func folder(of submission: Int) -> String { "\(plan.folder)/slurm/\(submission)" }

  /// Writes the script of a job and the list of its tasks, and makes the folder of its logs: without it the job would fail, silently.
  private func write(_ draft: JobDraft, _ script: JobScript, _ ledger: JobLedger) throws -> String {
    let folder = folder(of: ledger.submissions)
    let facts = facts(draft, ledger, in: folder)
    let path = "\(folder)/\(draft.name).sh"
    do {
      try FileManager.default.createDirectory(atPath: "\(folder)/logs", withIntermediateDirectories: true)
      try JobTasks.write(draft.elements, to: "\(folder)/\(draft.name).tasks")
      for element in draft.elements where draft.isArray && element.tasks.count == 1 {
        // What Slurm itself says about a task belongs into the log of the task.
        guard let task = plan.graph[element.tasks[0]] else { continue }
        let link = "\(folder)/logs/\(draft.name)-\(element.index).log"
        try FileManager.default.createSymbolicLink(
          atPath: link, withDestinationPath: relativePath(from: "\(folder)/logs", to: task.logPath))
      }
      try Data(script.text(facts).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(
        .io, "cannot write the scripts of the jobs: \(error.localizedDescription)", at: folder,
        remedy: "check that the folder can be written and that the disk is not full")
    }
    return path
  }

  private func facts(_ draft: JobDraft, _ ledger: JobLedger, in folder: String) -> JobScript.Facts {
    let working = FileManager.default.currentDirectoryPath
    func whole(_ path: String) -> String { path.hasPrefix("/") ? path : "\(working)/\(path)" }
    let single = draft.isArray ? nil : draft.elements.first.flatMap { $0.tasks.count == 1 ? plan.graph[$0.tasks[0]] : nil }
    let log = single?.logPath ?? "\(folder)/logs/\(draft.name)"
    // In the names of logs `%` begins a pattern.
    let pattern = whole(log).replacing("%", with: "%%") + (single != nil ? "" : draft.isArray ? "-%a.log" : ".log")
    var command = [
      program, "task", plan.folder, "--tasks", "\(folder)/\(draft.name).tasks", "--bin", executables.folder, "--profile",
      whole(profile.path),
    ]
    if !draft.isArray { command += ["--index", "\(draft.elements.first?.index ?? 0)"] }
    return JobScript.Facts(draft: draft, comment: ledger.comment, log: pattern, folder: working, command: command)
  }
}

extension PipelineTask {
  /// - Parameter assessment: of a task that should be done, and that is not this run's to do.
  func isNotDone(because assessment: Assessment) -> Failure {
    Failure(
      .missingInput, "\(id) is not done: \(assessment)", at: output,
      remedy: "finish the run that it belongs to, or rerun from an earlier stage")
  }
}
