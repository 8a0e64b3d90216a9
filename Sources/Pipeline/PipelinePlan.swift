import Experiment
import Foundation

/// A pipeline file turned into tasks: what a run consists of. Lies in `RUN/pipeline.json`, in the order of the task indices.
public struct PipelinePlan: Codable, Equatable, Sendable {
  /// The pipeline file, or the list of them, as it was named.
  public var pipeline: String
  public var preset: String?
  public var overrides: [String]
  /// The folder of the run.
  public var folder: String
  public var graph: TaskGraph

  /// The tasks of a pipeline file, or of all the files that it lists.
  ///
  /// One case study has its files in the folder of the run itself; with a list, each has a folder of its own there, named
  /// for its pipeline file, which is laid out like the folder of a run.
  ///
  /// - Parameters:
  ///   - pipeline: a pipeline file, or a list of them, such as `pipelines/all.yaml`.
  ///   - folder: the folder of the run; need not exist.
  /// - Throws: `.missingInput` or `.usage` for a file that cannot be read or is wrong anywhere.
  public init(_ pipeline: String, preset: String?, overrides: [String] = [], folder: String) throws {
    let files = try ConfigurationDocument.pipelineFiles(pipeline)
    let cases = try files.map { try CasePipeline($0, preset: preset, overrides: overrides) }
    var names: Set<String> = []
    for file in cases where !names.insert(file.name).inserted {
      throw Failure(
        .usage, "two pipeline files have the name `\(file.name)`, and would share a folder", at: pipeline,
        remedy: "rename one of them")
    }
    let isList = files != [pipeline]
    (self.pipeline, self.preset, self.overrides, self.folder) = (pipeline, preset, overrides, folder)
    graph = try TaskGraph(
      cases.flatMap { $0.tasks(folder: isList ? "\(folder)/\($0.name)" : folder, prefix: isList ? "\($0.name)/" : "") })
  }

  /// The pages that the run ends in.
  public var reports: [String] { graph.tasks.filter { $0.stage == .aggregate }.map(\.result) }

  var path: String { "\(folder)/pipeline.json" }

  /// Writes this plan into the folder of the run.
  ///
  /// - Throws: `.usage` if the folder holds a run of another pipeline, whose results this one would replace; `.io`.
  func write() throws {
    if let data = FileManager.default.contents(atPath: path),
      let earlier = try? JSONDecoder().decode(PipelinePlan.self, from: data), earlier.fileName != fileName
    {
      throw Failure(
        .usage, "expected a run of \(fileName), found one of \(earlier.fileName)", at: folder,
        remedy: "choose another --out; if the pipeline file was renamed, delete \(path)")
    }
    try writeJSON(self, to: path)
  }

  /// Makes the folders of the run.
  ///
  /// - Throws: `.cannotCreate`, or `.io` when the disk is full.
  func createFolders() throws {
    for folder in graph.folders {
      try RunDirectory(folder).create()
      do {
        try FileManager.default.createDirectory(atPath: "\(folder)/tasks", withIntermediateDirectories: true)
      } catch {
        throw Failure(cannot: "create the folder", at: "\(folder)/tasks", error)
      }
    }
  }

  private var fileName: String { (pipeline as NSString).lastPathComponent }
}
