import Experiment
import Foundation

/// The pipeline file of one case study, as far as it decides which tasks there are.
///
///     pipeline:
///       shards: 4              # the dataset is drawn in so many parts, which are merged
///       seeds: [1, 2, 3]       # every model is trained once for each of them
///       splits: [test, train]  # every model is swept on each of them
public struct CasePipeline {
  public let document: ConfigurationDocument
  /// The path of the pipeline file.
  public var file: String { document.name }
  /// The name of the file without its extension; tells the cases of one run apart.
  public let name: String
  public let caseStudy: String
  /// The models, in alphabetical order.
  public let models: [String]
  public let shards: Int
  /// Seeds of the models; nil if they use the seed of the file, as everything else does.
  public let seeds: [Int]?
  public let splits: [Split]

  /// - Throws: `.missingInput` or `.usage` for a file that cannot be read or is wrong.
  public init(_ path: String, preset: String? = nil, overrides: [String] = []) throws {
    try self.init(ConfigurationDocument.load(path, preset: preset, overrides: overrides))
  }

  public init(_ document: ConfigurationDocument) throws {
    self.document = document
    name = ((document.name as NSString).lastPathComponent as NSString).deletingPathExtension
    caseStudy = try document.root.text("case_study", "the case study that the file is about")
    models = try document.root.namedSections("models", "the models to train, by name").map(\.name)
    let section = try document.section("pipeline", "which tasks a run consists of")
    shards = try section.integer("shards", default: 1, in: 1...100_000, "parts that the dataset is drawn in")
    seeds =
      section.contains("seeds")
      ? try Self.distinct(section.integers("seeds", in: 0..., "seeds that every model is trained with"), "seeds", section)
      : nil
    splits = try Self.distinct(
      section.choices("splits", default: [.test, .train], "splits of the dataset that every model is swept on"),
      "splits", section)
    try section.finish()
  }

  private static func distinct<Value: Hashable>(
    _ values: [Value], _ key: String, _ section: ConfigurationSection
  ) throws -> [Value] {
    guard Set(values).count == values.count else {
      throw Failure(
        .usage, "\(section.path).\(key): expected different values, found one of them twice", at: section.place,
        remedy: "name each once")
    }
    return values
  }
}

extension TaskGraph {
  /// The tasks of a pipeline file, or of all the files that it lists.
  ///
  /// One case study has its files in the folder of the run itself; with a list, each has a folder of its own there, named
  /// for its pipeline file, which is again the folder of a run.
  ///
  /// - Parameters:
  ///   - path: a pipeline file, or a list of them, such as `pipelines/all.yaml`.
  ///   - folder: the folder of the run; need not exist.
  public static func read(_ path: String, preset: String?, overrides: [String] = [], folder: String) throws
    -> (graph: TaskGraph, cases: [CasePipeline])
  {
    let files = try ConfigurationDocument.pipelineFiles(path)
    let cases = try files.map { try CasePipeline($0, preset: preset, overrides: overrides) }
    let isList = files != [path]
    var names: Set<String> = []
    for file in cases where !names.insert(file.name).inserted {
      throw Failure(
        .usage, "two pipeline files have the name `\(file.name)`, and would share a folder", at: path,
        remedy: "rename one of them")
    }
    let graph = try TaskGraph(
      cases.flatMap { $0.tasks(folder: isList ? "\(folder)/\($0.name)" : folder, prefix: isList ? "\($0.name)/" : "") })
    return (graph, cases)
  }
}
