import Support

extension SlurmClient {
  /// Takes all jobs of a run out of the queue. Tasks that run are asked to save their state.
  ///
  /// - Returns: the jobs, with the tasks that were in the queue.
  /// - Throws: `Failure` if the folder holds no run, if another process works in it, or if Slurm does not answer.
  public func cancel(_ plan: PipelinePlan) async throws -> [String: [String]] {
    let lock = try RunLock(plan, patience: 60)
    defer { withExtendedLifetime(lock) {} }
    let ledger = JobLedger(of: plan.folder)
    guard ledger.submissions > 0 else { return [:] }
    var cancelled = try await live(ledger)
    for job in try await jobs(withComment: ledger.comment) where cancelled[job] == nil { cancelled[job] = [] }
    try await cancel(cancelled.keys.sorted())
    return cancelled
  }

  /// Refuses to work on a run here while jobs do.
  ///
  /// - Throws: `.cannotCreate`.
  public func checkIdle(_ plan: PipelinePlan) async throws {
    // Where there is no Slurm, no job can be asked about.
    guard let live = try? await live(JobLedger(of: plan.folder)), let job = live.keys.min() else { return }
    throw Failure(
      .cannotCreate, "\(live.values.reduce(0) { $0 + $1.count }) tasks of this run are in the queue of Slurm, in job \(job)",
      at: plan.folder, remedy: "wait for them, or take them out: implicit-pipeline cancel \(plan.folder)")
  }

  /// The jobs of a run that are not over, with their tasks.
  private func live(_ ledger: JobLedger) async throws -> [String: [String]] {
    let elements = ledger.elements
    let states = try await states(of: Set(elements.values.map(\.job.job)))
    let live = elements.filter { states[$0.value.job].map { $0.isLive || $0.isHopeless || $0.isEnding } ?? false }
    return Dictionary(grouping: live.sorted { $0.key < $1.key }) { $0.value.job.job }.mapValues { $0.map(\.key) }
  }
}
