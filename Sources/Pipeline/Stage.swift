import Configuration
import Support

/// What a task does. Each stage is one executable, which runs alone and knows nothing of the others.
public enum Stage: String, Codable, CaseIterable, Sendable {
  case generate, merge, train, sweep, aggregate

  /// The name of the executable.
  public var executable: String {
    switch self {
    case .generate, .merge: "implicit-generate"
    case .train: "implicit-train"
    case .sweep: "implicit-sweep"
    case .aggregate: "implicit-aggregate"
    }
  }

  /// The sections and keys of a pipeline file that can change the result of this stage. Nothing else of the file makes the
  /// stage run again: a new `sweep` never retrains.
  ///
  /// - Parameter model: the model that is trained; its siblings do not matter, and the common `training` only if it has none of its
  ///   own.
  func settings(model: PipelineOutline.Model? = nil) -> [String] {
    switch self {
    case .generate: ["case_study", "seed", "dataset"]
    case .merge: []
    case .train:
      ["case_study", "seed"] + (model?.hasOwnTraining == true ? [] : ["training"]) + (model.map { ["models.\($0.name)"] } ?? [])
    case .sweep: ["case_study", "seed", "sweep"]
    case .aggregate: ["case_study", "title", "references", "aggregate"]
    }
  }

  /// Whether a key of those sections can change a result. How often checkpoints are written does not; which splits are swept is a
  /// matter of which tasks there are; and a published model is measured by a command that is no task.
  static func hasEffect(_ key: String) -> Bool {
    key != "training.checkpoint_seconds" && !key.hasSuffix(".training.checkpoint_seconds") && key != "sweep.splits"
      && !key.hasPrefix("sweep.checkpoint.")
  }

  /// Whether the stage, once interrupted or killed, goes on from what it saved when it is given `--resume`.
  var canResume: Bool { self == .generate || self == .train || self == .sweep }

  /// Whether the stage has something for several threads to do, and takes `--threads` and `--progress`.
  var usesThreads: Bool { self != .aggregate }

  /// Whether the stage takes `--device` in every case study. `generate` does in those whose samples can be computed elsewhere than on
  /// the CPU: `PipelineTask.usesDevice` knows.
  var usesDevice: Bool { self == .train || self == .sweep }

  /// Whether the stage made its whole output although it ended with this status.
  func hasFinished(with status: Int32) -> Bool {
    // A report with a number outside its band is a finished report; making it again would not change the number.
    status == 0 || (self == .aggregate && status == ExitStatus.outsideBand.rawValue)
  }

  /// Whether the output is a folder of files of any kind, instead of one HDF5 file.
  var writesFolder: Bool { self == .aggregate }

  /// Whether the tasks of this stage can be needed by those of another one.
  func isBefore(_ other: Stage) -> Bool {
    (Self.allCases.firstIndex(of: self) ?? 0) < (Self.allCases.firstIndex(of: other) ?? 0)
  }

  /// Stages that tend to take longest are started first.
  var priority: Int {
    switch self {
    case .train: 4
    case .generate: 3
    case .merge: 2
    case .sweep: 1
    case .aggregate: 0
    }
  }
}
