import Configuration
import Foundation

/// One command of a run: a stage with its arguments, the files it reads and the one it writes.
///
/// A task does not depend on where it runs: the local runner and a batch system take the same tasks.
public struct PipelineTask: Codable, Equatable, Identifiable, Sendable {
  /// A file that another task writes.
  public struct Input: Codable, Equatable, Sendable {
    /// The identifier of the task that writes it.
    public var producer: String
    /// The file itself.
    public var path: String
  }

  /// Unique in the run, for example `train-implicit-8`, with the name of the case in front if there are several:
  /// `linear-programs/train-implicit-8`.
  public var id: String
  /// What it does.
  public var stage: Stage
  /// The folder of the run that the task belongs to: its records, its log and its progress are there.
  public var folder: String
  /// Without the executable and without what only says how to run (threads, progress, resume).
  public var arguments: [String]
  /// What it needs from other tasks.
  public var inputs: [Input]
  /// The file, or the folder of the report, that the task writes.
  public var output: String
  /// The settings its result depends on, by key path.
  public var settings: [String: String]
  /// Files and folders that those settings name and no task writes.
  public var externalFiles: [ExternalFile]
  /// Whether it computes with tensors, and takes `--device`.
  public var usesDevice: Bool

  /// The key of a dataset that no task writes.
  static let ownDataset = "pipeline.dataset"

  /// A task of a run.
  public init(
    id: String, stage: Stage, folder: String, arguments: [String], inputs: [Input], output: String,
    settings: [String: String], externalFiles: [ExternalFile] = [], usesDevice: Bool = false
  ) {
    (self.id, self.stage, self.folder, self.arguments) = (id, stage, folder, arguments)
    (self.inputs, self.output, self.settings) = (inputs, output, settings)
    (self.externalFiles, self.usesDevice) = (externalFiles, usesDevice)
  }

  /// The folder of the run, with the names of its files.
  public var directory: RunDirectory { RunDirectory(folder) }
  /// The identifier without the name of the case: the name of the task's record, log and progress file.
  public var name: String { id.split(separator: "/").last.map(String.init) ?? id }
  /// Where its `TaskRecord` is.
  public var recordPath: String { "\(folder)/tasks/\(name).json" }
  /// What it printed.
  public var logPath: String { directory.log(name) }
  /// Where its `ProgressRecord` is while it runs.
  public var progressPath: String { directory.progress(name) }

  /// What a person opens: the page of a report, else the output itself.
  public var result: String { stage.writesFolder ? "\(output)/report.html" : output }

  /// A path as it is called from the folder of the run, so that a run that was moved is the same run: `models/implicit-8.h5`, or
  /// `../../models/implicit-8.h5` for a rerun inside it.
  func pathInRun(_ path: String) -> String { relativePath(from: folder, to: path) }

  /// The same task in a run that was moved.
  func moved(from old: String, to new: String) -> PipelineTask {
    func move(_ path: String) -> String {
      path == old || path.hasPrefix("\(old)/") ? new + path.dropFirst(old.count) : path
    }
    func moveArgument(_ argument: String) -> String {
      guard argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") else { return move(argument) }
      return argument[...equals] + move(String(argument[argument.index(after: equals)...]))
    }
    var task = self
    (task.folder, task.arguments, task.output) = (move(folder), arguments.map(moveArgument), move(output))
    task.inputs = inputs.map { Input(producer: $0.producer, path: move($0.path)) }
    return task
  }

  /// The arguments of one attempt.
  ///
  /// - Parameter device: where tensors are computed, by the tasks that can; nil for the stage's own default.
  public func arguments(threads: Int, device: String? = nil, resume: Bool) -> [String] {
    var all = arguments
    if resume && stage.canResume { all.append("--resume") }
    if let device, usesDevice { all += ["--device", device] }
    // What lies in the folder of a run is the run's own; that it may be lost was asked before the run began. A report keeps a list of its
    // own files, and loses no others.
    if !stage.writesFolder { all.append("--replace") }
    if stage.usesThreads { all += ["--threads", "\(threads)", "--progress", progressPath] }
    return all
  }
}

/// How a file is called from a folder; both paths start at the same place.
func relativePath(from folder: String, to path: String) -> String {
  let (from, to) = (folder.split(separator: "/"), path.split(separator: "/"))
  let common = zip(from, to).prefix { $0 == $1 }.count
  guard common > 0 else { return path }
  return (Array(repeating: "..", count: from.count - common) + to.dropFirst(common)).joined(separator: "/")
}
