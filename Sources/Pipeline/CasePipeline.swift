import CaseStudies
import Experiment
import Foundation
import Report

/// The pipeline file of one case study. All of it is read, so that a mistake in any section is found before hours are spent.
///
/// Which tasks there are is decided by the `models`, by `sweep.splits` and by the section `pipeline`; all else is for the stages.
public struct CasePipeline {
  public let document: ConfigurationDocument
  /// The name of the file without its extension; tells the cases of one run apart.
  public let name: String
  public let caseStudy: String
  /// One model to train.
  public struct Model: Equatable, Sendable {
    public var name: String
    /// The model whose trained weights it starts from, if it does; that one stands before it.
    public var initial: String?
    /// Whether it is there only for others to start from.
    public var isIntermediate: Bool
  }

  /// Those that others start from, then the others, each in alphabetical order.
  public let models: [Model]
  public let settings: PipelineSettings
  public let splits: [Split]

  /// - Throws: `.missingInput` or `.usage` for a file that cannot be read or is wrong anywhere.
  public init(_ path: String, preset: String? = nil, overrides: [String] = []) throws {
    document = try ConfigurationDocument.load(path, preset: preset, overrides: overrides)
    name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    let study = try CaseStudies.caseStudy(of: document)
    caseStudy = study.name
    (models, settings, splits) = try Self.read(study, document)
    guard !models.isEmpty else {
      throw Failure(
        .usage, "models: expected at least one model, found none", at: path,
        remedy: "a preset removes the models that it sets to null")
    }
    _ = try AggregationSettings(document.section("aggregate", "the report and its expected bands"))
    try document.finish()
  }

  /// Reads the sections of the stages as they will read them.
  private static func read<Case: CaseStudy>(_: Case.Type, _ document: ConfigurationDocument) throws
    -> (models: [Model], settings: PipelineSettings, splits: [Split])
  {
    let configuration = try ExperimentConfiguration<Case>(document)
    let models = configuration.models.map {
      Model(name: $0.name, initial: $0.model.initial, isIntermediate: $0.model.description.isIntermediate)
    }
    let sources = Set(models.compactMap(\.initial))
    let ordered = models.filter { sources.contains($0.name) } + models.filter { !sources.contains($0.name) }
    return (ordered, configuration.pipeline, configuration.sweep.splits)
  }
}
