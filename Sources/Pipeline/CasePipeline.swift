import CaseStudies
import Experiment
import Foundation
import Report

/// The pipeline file of one case study. All of it is read, so that a mistake in any section is found before hours are spent.
///
///     pipeline:
///       shards: 4              # the dataset is drawn in so many parts, which are merged
///       seeds: [1, 2, 3]       # every model is trained once for each of them
///     sweep:
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

  /// - Throws: `.missingInput` or `.usage` for a file that cannot be read or is wrong anywhere.
  public init(_ path: String, preset: String? = nil, overrides: [String] = []) throws {
    try self.init(ConfigurationDocument.load(path, preset: preset, overrides: overrides))
  }

  public init(_ document: ConfigurationDocument) throws {
    self.document = document
    name = ((document.name as NSString).lastPathComponent as NSString).deletingPathExtension
    caseStudy = try document.root.text("case_study", "name of the case study")
    models = try Self.models(CaseStudies.caseStudy(named: caseStudy), document)
    let sweep = try document.section("sweep")
    splits = try distinct(
      sweep.choices("splits", default: [Split.test, .train], "splits that the pipeline sweeps"), "splits", sweep)
    let settings = try RunSettings(reading: document.section("pipeline", "which tasks a run consists of"))
    (shards, seeds) = (settings.shards, settings.seeds)
    let aggregate = try document.section("aggregate", "what implicit-aggregate makes of the sweeps")
    _ = try AggregationSettings(aggregate)
    try aggregate.finish()
    try document.finish()
  }

  /// Reads the sections of the stages as they will read them.
  private static func models<Case: CaseStudy>(_: Case.Type, _ document: ConfigurationDocument) throws -> [String] {
    let models = try ExperimentConfiguration<Case>(document).models.map(\.name)
    guard !models.isEmpty else {
      throw Failure(
        .usage, "models: expected at least one model, found none", at: document.name,
        remedy: "a preset removes the models it sets to null")
    }
    return models
  }
}

/// The section `pipeline` of a pipeline file.
public struct RunSettings: Equatable, Sendable {
  public var shards: Int
  /// Nil if the models use the seed of the file.
  public var seeds: [Int]?

  public init(reading section: ConfigurationSection) throws {
    shards = try section.integer("shards", default: 1, in: 1...100_000, "parts that the dataset is drawn in")
    let seeds = try distinct(
      section.integers(
        "seeds", default: [], in: 0..., count: 0...,
        "seeds that every model is trained with; if empty, that of the file, and the names of the models stay short"),
      "seeds", section)
    self.seeds = seeds.isEmpty ? nil : seeds
    try section.finish()
  }
}

private func distinct<Value: Hashable>(_ values: [Value], _ key: String, _ section: ConfigurationSection) throws -> [Value] {
  guard Set(values).count == values.count else {
    throw Failure(
      .usage, "\(section.path).\(key): expected different values, found one of them twice", at: section.place,
      remedy: "name each once")
  }
  return values
}
