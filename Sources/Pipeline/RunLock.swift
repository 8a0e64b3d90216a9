import Foundation
import Support

/// The right to decide what happens in a run: whoever runs its tasks here, submits them or cancels them holds it meanwhile.
public struct RunLock: Sendable {
  private let locks: [OutputLock]

  /// - Parameter patience: seconds to wait for another process that holds it.
  /// - Throws: `.cannotCreate` that names the other process; or if the folder cannot be written.
  public init(_ plan: PipelinePlan, patience: Double = 0) throws {
    locks = try plan.foldersToLock.map { folder in
      do {
        return try OutputLock.wait(for: "\(folder)/run", patience: patience)
      } catch let failure as Failure where failure.problem.contains("another process") {
        throw Failure(
          .cannotCreate, failure.problem.replacing("writing this output", with: "running a pipeline in this folder"),
          at: folder, remedy: "wait for it, end it, or choose another --out")
      }
    }
  }
}

extension OutputLock {
  /// Takes the lock of an output, and waits if another process holds it.
  ///
  /// - Parameter patience: seconds to wait at most.
  static func wait(for output: String, patience: Double) throws -> OutputLock {
    let deadline = Date().addingTimeInterval(patience)
    while true {
      do {
        return try OutputLock(for: output)
      } catch let failure as Failure where failure.problem.contains("another process") && Date() < deadline {
        usleep(100_000)
      }
    }
  }
}
