import Configuration
import Support

/// A model of a pipeline file: what it is, where its weights come from, and how it is trained.
public struct ConfiguredModel<Case: CaseStudy> {
  /// Name of the architecture in configurations and files.
  public var architecture: String
  /// Whether that makes implicit models.
  public var iterates: Bool { (try? Case.architecture(named: architecture))?.iterates ?? true }
  /// What it is, to be built when it is needed.
  public var description: ModelDescription<Case.Batch>
  /// The model whose trained weights this one starts from; nil for random ones.
  public var initial: String?
  /// A safetensors file with the model's weights, which is then not trained; nil to train it.
  public var weights: String?
  /// Nil for the section `training` of the pipeline file.
  public var training: TrainingConfiguration?

  /// Reads the section of one model.
  public init(reading section: ConfigurationSection) throws {
    initial = try section.optionalText(
      "initial", "a model of this file whose trained weights this one starts from, wherever its parameters have their names")
    weights = try section.optionalPath("weights", "safetensors file with the weights of this model, which is then not trained")
    training = try section.optionalSection("training", "how this model is trained, if not as `training` says").map {
      try TrainingConfiguration(reading: $0, symmetries: Case.knownSymmetries)
    }
    (architecture, description) = try section.variant(
      "architecture", among: Case.architectures.map(\.name), "kind of model"
    ) { name in
      (name, try Case.architecture(named: name).read(section))
    }
    try section.finish()
    try section.require(
      initial == nil || weights == nil,
      Failure(
        .usage, "\(section.path): expected `initial` or `weights`, found both", at: section.location, remedy: "keep one of them"))
  }
}
