import HDF5
import Torch

/// What a model file says besides the values of the parameters.
public struct ModelFacts: Equatable, Sendable {
  public var caseStudy: String
  /// Name of the model in the pipeline file.
  public var model: String
  public var architecture: String
  /// The model's section of the configuration, as YAML that stands alone.
  public var configuration: String
  public var seed: UInt64
  /// Content hash of the dataset it was trained on; nil for imported weights.
  public var datasetHash: String?
  /// The most iterations of a step of the training; nil for imported weights and explicit models.
  public var trainedIterations: Int?

  func write(to file: File) throws {
    try file.setAttribute("model", model)
    try file.setAttribute("architecture", architecture)
    try file.setAttribute("configuration", configuration)
    try file.setAttribute("seed", Int64(bitPattern: seed))
    if let datasetHash { try file.setAttribute("dataset_sha256", datasetHash) }
  }
}

/// A model file that is open for reading.
public final class ModelFile {
  public let path: String
  public let header: FileHeader
  public let facts: ModelFacts
  private let file: File

  /// - Throws: `Failure`: missing input, or bad data when it is no model file or one of another case study.
  public init(_ path: String, caseStudy: String? = nil) throws {
    self.path = path
    let file = try Failure.mapping { try File.open(path) }
    let header = try FileHeader(of: file, expecting: [.model])
    if let caseStudy, header.caseStudy != caseStudy {
      throw Failure(
        .badData, "expected a model of the case study `\(caseStudy)`, found one of `\(header.caseStudy)`", at: path,
        remedy: "give a model and a dataset of the same case study")
    }
    facts = try Failure.mapping {
      ModelFacts(
        caseStudy: header.caseStudy, model: try file.attribute("model", as: String.self),
        architecture: try file.attribute("architecture", as: String.self),
        configuration: try file.attribute("configuration", as: String.self),
        seed: UInt64(bitPattern: try file.hasAttribute("seed") ? file.attribute("seed", as: Int64.self) : 0),
        datasetHash: try file.hasAttribute("dataset_sha256") ? file.attribute("dataset_sha256", as: String.self) : nil,
        trainedIterations: try file.hasAttribute("trained_iterations")
          ? Int(file.attribute("trained_iterations", as: Int64.self)) : nil)
    }
    self.file = file
    self.header = header
  }

  /// The model as its stored settings describe it.
  public func description<Case: CaseStudy>(of case: Case.Type) throws -> ModelDescription<Case.Batch> {
    let description: ModelDescription<Case.Batch>
    do {
      let document = try ConfigurationDocument.parse(facts.configuration, name: "\(path):/@configuration")
      let sections = try document.root.namedSections("models", count: 1...1, "the model")
      description = try ConfiguredModel<Case>(reading: sections[0].section).description
    } catch let failure as Failure where failure.status == .usage {
      // The user wrote no configuration here: the file is wrong.
      throw Failure(.badData, failure.problem, at: failure.place, remedy: "train the model or import its weights again")
    }
    guard description.architecture == facts.architecture else {
      throw Failure(
        .badData,
        "expected the architecture `\(description.architecture)` of the configuration, found `\(facts.architecture)`",
        at: "\(path):/@architecture", remedy: "train the model or import its weights again")
    }
    return description
  }

  /// Builds the model and gives it the stored parameters.
  public func model<Case: CaseStudy>(of case: Case.Type, layout: DatasetLayout) throws -> Model<Case.Batch> {
    let model = try description(of: Case.self).build(layout, facts.seed)
    let parameters = model.module.parameters
    let values = try file.tensors(
      parameters.entries.map { ($0.name, $0.parameter.value.shape) }, under: "/parameters")
    for (entry, value) in zip(parameters.entries, values) { try entry.parameter.assign(value) }
    return model
  }

  /// Writes a model file.
  ///
  /// - Returns: its content hash.
  @discardableResult
  static func write<Case: CaseStudy>(
    _ path: String, of case: Case.Type, _ facts: ModelFacts, _ parameters: NamedParameters,
    history: TrainingHistory = TrainingHistory(), provenance: FileProvenance
  ) throws -> String {
    let content = try ContentFile(
      creating: path, FileHeader(.model, caseStudy: Case.name, title: Case.title, references: Case.references),
      provenance: provenance)
    try Failure.mapping {
      try facts.write(to: content.file)
      if let iterations = facts.trainedIterations {
        try content.file.setAttribute("trained_iterations", Int64(iterations))
      }
      try content.write(parameters.entries.map { ($0.name, $0.parameter.value) }, under: "/parameters")
      try content.write(history)
    }
    return try content.finish()
  }
}

extension ContentFile {
  /// Writes the curves of a training below `/history`; those without a single number are left out.
  func write(_ history: TrainingHistory) throws {
    guard !history.loss.isEmpty else { return }
    try write("/history/step", history.loss.indices.map { Int64($0) })
    for (name, path, meaning) in TrainingHistory.columns where history[keyPath: path].contains(where: { !$0.isNaN }) {
      try write("/history/\(name)", history[keyPath: path], longName: meaning)
    }
  }
}

extension TrainingHistory {
  /// The curves as `ContentFile.write` stored them.
  init(of file: File) throws {
    guard try file.contains("history/loss") else { return }
    for (name, path, _) in Self.columns {
      let stored = try file.contains("history/\(name)") ? file.dataset("history/\(name)").read(Double.self) : nil
      self[keyPath: path] = try stored ?? Array(repeating: .nan, count: file.dataset("history/loss").shape[0])
    }
  }
}
