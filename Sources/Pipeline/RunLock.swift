import Support

/// The right to decide what happens in a run: whoever runs its tasks here, submits them or cancels them holds it meanwhile.
public struct RunLock: Sendable {
  private let locks: [OutputLock]

  /// - Parameter patience: seconds to wait for another process that holds it.
  /// - Throws: `.cannotCreate` that names the other process; or if the folder cannot be written.
  public init(_ plan: PipelinePlan, patience: Double = 0) throws {
    locks = try plan.foldersToLock.map { folder in
      switch try OutputLock.attempt(for: "\(folder)/run", patience: patience) {
      case .taken(let lock): return lock
      case .held(let holder):
        throw Failure(
          .cannotCreate, "another process is running a pipeline in this folder\(holder.isEmpty ? "" : ": \(holder)")",
          at: folder, remedy: "wait for it, end it, or choose another --out")
      }
    }
  }
}
