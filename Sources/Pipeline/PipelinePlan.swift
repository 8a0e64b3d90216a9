import Configuration
import Foundation
import Support

/// A pipeline file turned into tasks: what a run consists of. Lies in `RUN/pipeline.json`, in the order of the task indices.
///
///     let plan = try PipelinePlan("pipelines/all.yaml", preset: "smoke", folder: "runs/smoke", reader: pipelineOutline)
///     for (task, assessment) in plan.graph.assess() { print(task.id, assessment) }
public struct PipelinePlan: Codable, Equatable, Sendable {
  /// The pipeline file, or the list of them, as it was named.
  public var pipeline: String
  /// The preset of all pipeline files; nil for the files as they are.
  public var preset: String?
  /// Changes of single keys, `key.path=value`.
  public var overrides: [String]
  /// The folder of the run.
  public var folder: String
  /// Where relative paths start.
  public var workingFolder: String
  /// All tasks.
  public var graph: TaskGraph
  /// Of a list of pipeline files, the one that this is about; nil for all.
  public var only: String?
  /// The presets that the pipeline file has.
  public var presets: [String]?

  /// What a person should know before it runs: how large it is, and where that comes from.
  public var announcement: String {
    let size =
      preset.map { "preset \($0) of \(pipeline)" }
      ?? "\(pipeline) without a preset, which is its full size"
      + ((presets ?? []).isEmpty ? "" : " (presets: \((presets ?? []).joined(separator: ", ")))")
    return
      "\(folder): \(size)\(overrides.isEmpty ? "" : ", \(overrides.count) \(overrides.count == 1 ? "change" : "changes")"), \(graph.tasks.filter(makes).count) tasks"
  }

  /// The tasks of a pipeline file, or of all the files that it lists.
  ///
  /// One case study has its files in the folder of the run itself; with a list, each has a folder of its own there, named
  /// for its pipeline file, which is laid out like the folder of a run.
  ///
  /// - Parameters:
  ///   - pipeline: a pipeline file, or a list of them, such as `pipelines/all.yaml`.
  ///   - folder: the folder of the run; need not exist.
  ///   - reader: knows the case studies.
  ///   - only: of a list, this case study alone, by the name of its pipeline file; nil for all.
  ///   - base: for a rerun, where the tasks of earlier stages are.
  /// - Throws: `.missingInput` or `.usage` for a file that cannot be read or is wrong anywhere.
  init(
    _ pipeline: String, preset: String?, overrides: [String] = [], folder: String, reader: PipelineOutline.Reader,
    only: String? = nil, startingFrom base: Base?
  ) throws {
    let files = try ConfigurationDocument.pipelineFiles(pipeline)
    let chosen = try Self.choose(only, of: files, in: pipeline)
    let cases = try chosen.map { file in
      do { return try CasePipeline(file, preset: preset, overrides: overrides, reader: reader) } catch var failure as Failure
        where chosen.count > 1 && failure.location?.hasPrefix("--set") == true
      {
        failure.remedy =
          "the key is not one of \(Self.name(of: file)); change one case study alone with its own pipeline file, in a "
          + "rerun with --only NAME" + (failure.remedy.map { "\n  -> \($0)" } ?? "")
        throw failure
      }
    }
    self.only = only
    presets = cases.first.map(\.document.presets) ?? []
    var names: Set<String> = []
    for file in cases where !names.insert(file.name).inserted {
      throw Failure(
        .usage, "two pipeline files have the name `\(file.name)`, and would share a folder", at: pipeline,
        remedy: "rename one of them")
    }
    if cases.count > 1, let own = cases.first(where: { $0.outline.settings.dataset != nil }) {
      throw Failure(
        .usage, "a dataset is one of a single case study, but \(pipeline) has \(cases.count)", at: PipelineTask.ownDataset,
        remedy: "run the pipeline file of its case study alone, for example \(own.document.name)")
    }
    let isList = files != [pipeline]
    // A path that begins with a dash would be taken for an option.
    let folder = folder.hasPrefix("-") ? "./\(folder)" : folder
    (self.pipeline, self.preset, self.overrides, self.folder) = (pipeline, preset, overrides, folder)
    workingFolder = FileManager.default.currentDirectoryPath
    graph = try TaskGraph(
      cases.flatMap { pipeline in
        pipeline.tasks(prefix: isList ? "\(pipeline.name)/" : "") { stage in
          let root = base.map { stage.isBefore($0.stage) ? $0.folder : folder } ?? folder
          return isList ? "\(root)/\(pipeline.name)" : root
        }
      })
  }

  /// `linear-programs` for `pipelines/linear-programs.yaml`.
  private static func name(of file: String) -> String { ((file as NSString).lastPathComponent as NSString).deletingPathExtension }

  private static func choose(_ name: String?, of files: [String], in pipeline: String) throws -> [String] {
    guard let name else { return files }
    guard let file = files.first(where: { Self.name(of: $0) == name }) else {
      throw Failure(
        .usage, "the pipeline has no case study `\(name)`", at: pipeline,
        remedy: suggestion(for: name, among: files.map(Self.name(of:)), called: "case studies"))
    }
    return [file]
  }

  /// The tasks of a pipeline file, or of all the files that it lists, for a run in a folder of its own.
  public init(
    _ pipeline: String, preset: String?, overrides: [String] = [], folder: String, reader: PipelineOutline.Reader
  ) throws {
    try self.init(pipeline, preset: preset, overrides: overrides, folder: folder, reader: reader, startingFrom: nil)
  }

  /// What a rerun is based on.
  struct Base {
    /// The folder of the run with the tasks of earlier stages.
    var folder: String
    /// The first stage whose tasks are the rerun's own.
    var stage: Stage
  }

  /// The plan of a run that is there, wherever its folder is by now.
  ///
  /// - Throws: `.missingInput` if the folder holds no run, `.badData`.
  public init(ofRun folder: String) throws {
    let path = Self.path(in: folder)
    guard let data = FileManager.default.contents(atPath: path) else {
      let parent = (folder as NSString).deletingLastPathComponent
      if !parent.isEmpty, FileManager.default.fileExists(atPath: Self.path(in: parent)) {
        throw Failure(
          .missingInput, "this is one case study of the run \(parent): there is no pipeline.json", at: folder,
          remedy: "name \(parent); `rerun` takes --only \((folder as NSString).lastPathComponent)")
      }
      throw Failure(
        .missingInput, "this is not the folder of a run: there is no pipeline.json", at: folder,
        remedy: "name the folder that was given as --out to `implicit-pipeline run` or `submit`")
    }
    do {
      self = try JSONDecoder().decode(PipelinePlan.self, from: data)
    } catch {
      throw Failure(
        .badData, "not the plan of a run: \(error)", at: path, remedy: "`implicit-pipeline run` or `submit` writes it anew")
    }
    // With a rerun moves the run that it is inside of.
    let old = Self.root(of: self.folder)
    let new = Self.root(of: folder)
    let isWhole = old != self.folder && new != folder
    let move = isWhole ? (from: old, to: new) : (from: self.folder, to: folder)
    self.folder = folder
    graph = try TaskGraph(graph.tasks.map { $0.moved(from: move.from, to: move.to) })
  }

  /// The folder of the run that a rerun is inside of; of any other run, itself.
  private static func root(of folder: String) -> String {
    folder.range(of: "/reruns/", options: .backwards).map { String(folder[..<$0.lowerBound]) } ?? folder
  }

  /// The pages that the run ends in.
  public var reports: [String] { reportTasks.map(\.result) }
  /// The tasks that make them.
  public var reportTasks: [PipelineTask] { graph.tasks.filter { $0.stage == .aggregate } }

  var path: String { Self.path(in: folder) }
  private static func path(in folder: String) -> String { "\(folder)/pipeline.json" }

  /// Whether a task is made by this run; the others belong to the run that a rerun starts from.
  func makes(_ task: PipelineTask) -> Bool { task.folder == folder || task.folder.hasPrefix("\(folder)/") }

  /// Writes this plan into the folder of the run.
  ///
  /// - Throws: `.io`.
  func write() throws { try writeJSON(self, to: path) }

  /// - Throws: `.usage` if the folder holds a run of another pipeline, whose results this one would replace.
  func checkFolder() throws {
    if let data = FileManager.default.contents(atPath: path),
      let earlier = try? JSONDecoder().decode(PipelinePlan.self, from: data), earlier.fileName != fileName
    {
      throw Failure(
        .usage, "expected a run of \(fileName), found one of \(earlier.fileName)", at: folder,
        remedy: "choose another --out; if the pipeline file was renamed, delete \(path)")
    }
  }

  /// Makes the folders of the run.
  ///
  /// - Throws: `.cannotCreate`, or `.io` when the disk is full.
  func createFolders() throws {
    for folder in foldersToMake {
      try RunDirectory(folder).create()
      do {
        try FileManager.default.createDirectory(atPath: "\(folder)/tasks", withIntermediateDirectories: true)
      } catch {
        throw Failure(cannot: "create the folder", at: "\(folder)/tasks", error)
      }
    }
  }

  /// No one else may work in these.
  var foldersToLock: [String] { [folder] + foldersToMake.filter { $0 != folder } }

  /// The folders of the run, one per case study.
  private var foldersToMake: [String] {
    var seen: Set<String> = []
    return graph.tasks.filter(makes).map(\.folder).filter { seen.insert($0).inserted }
  }

  private var fileName: String { (pipeline as NSString).lastPathComponent }
}
