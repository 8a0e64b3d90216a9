import Foundation
import Support

/// The folder of one run of a pipeline, and where each of its files is.
///
///     RUN/datasets/*.h5  RUN/models/*.h5  RUN/sweeps/*.h5  RUN/report/  RUN/logs/*.log  RUN/progress/*.json
public struct RunDirectory: Equatable, Sendable {
  /// The folder itself.
  public let path: String

  /// The names in a folder, which need not exist.
  public init(_ path: String) { self.path = path }

  /// A dataset, or a part of one.
  public func dataset(_ name: String) -> String { "\(path)/datasets/\(name).h5" }
  /// A trained model.
  public func model(_ name: String) -> String { "\(path)/models/\(name).h5" }
  /// The curves of one model on one split.
  public func sweep(_ name: String) -> String { "\(path)/sweeps/\(name).sweep.h5" }
  /// The folder of tables, figures and the page.
  public var report: String { "\(path)/report" }
  /// What a task printed; tasks append, so that a requeued one keeps its history.
  public func log(_ task: String) -> String { "\(path)/logs/\(task).log" }
  /// How far a task is, a `ProgressRecord`.
  public func progress(_ task: String) -> String { "\(path)/progress/\(task).json" }

  /// Makes the folders that are missing.
  ///
  /// - Throws: `.cannotCreate`, or `.io` when the disk is full.
  public func create() throws {
    for folder in ["datasets", "models", "sweeps", "report", "logs", "progress"] {
      do {
        try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
      } catch {
        throw Failure(cannot: "create the folder", at: "\(path)/\(folder)", error)
      }
    }
  }
}
