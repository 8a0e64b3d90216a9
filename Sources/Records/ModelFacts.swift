import HDF5
import Support

/// What a model file says besides the values of the parameters.
public struct ModelFacts: Equatable, Sendable {
  /// Name of the case study, `linear-programs`.
  public var caseStudy: String
  /// Name of the model in the pipeline file.
  public var model: String
  /// Name of the architecture, `implicit-gnn`.
  public var architecture: String
  /// The model's section of the configuration, as YAML that stands alone.
  public var configuration: String
  /// Seed of the initial parameters and of the training.
  public var seed: UInt64
  /// Content hash of the dataset it was trained on; nil for imported weights.
  public var datasetHash: String?
  /// The most iterations of a step of the training; nil for imported weights and explicit models.
  public var trainedIterations: Int?
  /// The fixed-point solver of the training with its settings, as YAML: `{name: picard, damping: 0.7}`; nil as above.
  public var solver: String?

  /// The facts of a model to be written.
  public init(
    caseStudy: String, model: String, architecture: String, configuration: String, seed: UInt64, datasetHash: String? = nil,
    trainedIterations: Int? = nil
  ) {
    (self.caseStudy, self.model, self.architecture, self.configuration) = (caseStudy, model, architecture, configuration)
    (self.seed, self.datasetHash, self.trainedIterations) = (seed, datasetHash, trainedIterations)
  }

  package func write(to file: File) throws {
    try file.setAttribute("model", model)
    try file.setAttribute("architecture", architecture)
    try file.setAttribute("configuration", configuration)
    try file.setAttribute("seed", Int64(bitPattern: seed))
    if let datasetHash { try file.setAttribute("dataset_sha256", datasetHash) }
    if let solver { try file.setAttribute("solver", solver) }
  }

  /// What an open model or checkpoint file says.
  package init(of file: File, _ header: FileHeader) throws {
    self = try Failure.mapping {
      var facts = ModelFacts(
        caseStudy: header.caseStudy, model: try file.attribute("model", as: String.self),
        architecture: try file.attribute("architecture", as: String.self),
        configuration: try file.attribute("configuration", as: String.self),
        seed: UInt64(bitPattern: try file.hasAttribute("seed") ? file.attribute("seed", as: Int64.self) : 0),
        datasetHash: try file.hasAttribute("dataset_sha256") ? file.attribute("dataset_sha256", as: String.self) : nil,
        trainedIterations: try file.hasAttribute("trained_iterations")
          ? Int(file.attribute("trained_iterations", as: Int64.self)) : nil)
      facts.solver = try file.hasAttribute("solver") ? file.attribute("solver", as: String.self) : nil
      return facts
    }
  }
}
