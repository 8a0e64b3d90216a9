import Configuration
import Records
import Support

/// A pipeline file as the stages of one case study read it. All sections are read, whatever the stage, so that a mistake in any of
/// them is found before hours are spent.
public struct ExperimentConfiguration<Case: CaseStudy> {
  /// The file with its preset and overrides, for what is written to outputs.
  public let document: ConfigurationDocument
  /// Every random number follows from it.
  public let seed: UInt64
  /// The section `dataset`.
  public let generator: any SampleGenerator
  /// The section `models`, ordered by name.
  public let models: [(name: String, model: ConfiguredModel<Case>)]
  /// The section `training`, for models without one of their own.
  public let training: TrainingConfiguration
  /// The section `sweep`.
  public let sweep: SweepConfiguration<Case>
  /// The section `pipeline`.
  public let pipeline: PipelineSettings

  /// - Throws: `Failure` (usage) for anything that is wrong in the file, its preset or the overrides.
  public init(_ document: ConfigurationDocument) throws {
    self.document = document
    let name = try document.root.text("case_study", "name of the case study")
    try document.root.require(
      name == Case.name,
      Failure(
        .usage, "expected a pipeline of the case study `\(Case.name)`, found `\(name)`", at: document.name,
        remedy: "name another case study on the command line, or another --config"))
    _ = try document.root.text("title", default: Case.title, "heading of the report")
    _ = try document.root.texts("references", default: Case.references, "literature")
    seed = UInt64(
      try document.root.integer("seed", default: 1, in: 0..., "every random number follows from it"))
    generator = try Case.generator(
      reading: document.section("dataset", "the samples that implicit-generate draws"), seed: seed)
    models = try document.root.namedSections("models", count: 0..., "the models that implicit-train can train").map {
      (name: $0.name, model: try ConfiguredModel(reading: $0.section))
    }
    training = try TrainingConfiguration(
      reading: document.section("training", "how implicit-train trains"), symmetries: Case.knownSymmetries)
    sweep = try SweepConfiguration(reading: document.section("sweep", "what implicit-sweep measures"))
    pipeline = try PipelineSettings(
      reading: document.section("pipeline", "the tasks that implicit-pipeline cuts a run into"))
    try document.finish(ignoring: ["aggregate"])
    for (name, model) in models {
      guard let initial = model.initial, !document.isDescribing else { continue }
      // One step only: a chain could be a circle.
      guard let source = models.first(where: { $0.name == initial }), source.model.initial == nil else {
        throw Failure(
          .usage, "models.\(name).initial: expected a model that starts from no other, found `\(initial)`", at: document.name,
          remedy: suggestion(
            for: initial, among: models.filter { $0.model.initial == nil }.map(\.name), called: "such models"))
      }
    }
  }

  /// - Throws: `Failure` (usage) that names the models there are.
  public func model(_ name: String) throws -> ConfiguredModel<Case> {
    guard let found = models.first(where: { $0.name == name }) else {
      throw Failure(
        .usage, "unknown model `\(name)`", at: document.name,
        remedy: suggestion(for: name, among: models.map(\.name), called: "models"))
    }
    return found.model
  }

  /// The external files that these sections or keys name, with the hashes of their contents, for the provenance of what is made
  /// of them.
  ///
  /// - Throws: `Failure`: missing input for a file that is not there, bad data for one that cannot be read; it names the key.
  package func externalInputs(under paths: [String]) throws -> [ProvenanceInput] {
    try document.externalFiles(under: paths).map { file in
      let tree = try FileTree(at: file.path)
      guard !tree.isEmpty else { throw Failure(missing: file) }
      return ProvenanceInput(path: file.path, contentHash: try tree.contentHash())
    }
  }

  /// Where the files and folders are that the configuration names.
  package var externalPaths: [String] { document.externalFiles().map(\.path) }

  /// What the file says about the tasks of its run.
  public var outline: PipelineOutline {
    PipelineOutline(
      caseStudy: Case.name, generatesOnDevice: generator.usesDevices,
      models: models.map {
        PipelineOutline.Model(
          name: $0.name, initial: $0.model.initial, isIntermediate: $0.model.description.isIntermediate,
          hasOwnTraining: $0.model.training != nil, iterates: $0.model.iterates)
      }, splits: sweep.splits.map(\.rawValue),
      measurements: .init(
        iterations: sweep.iterations, qualities: Case.qualities.map(\.description.name),
        perturbations: sweep.perturbations.map(\.name)), settings: pipeline)
  }
}
