import Configuration
import Equilibrium
import HDF5
import Records
import Support
import Torch

/// A model file that is open for reading.
public final class ModelFile {
  /// As it was given.
  public let path: String
  /// Kind, case study and content hash.
  public let header: FileHeader
  /// What the file says of the model beside its parameters.
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
    facts = try ModelFacts(of: file, header)
    self.file = file
    self.header = header
  }

  /// Test-time iterations of an implicit model: as many as are asked for, or else as in training.
  ///
  /// - Throws: `Failure` (usage) where neither says it.
  package func iterations(_ asked: Int?) throws -> Int {
    guard let count = asked ?? facts.trainedIterations else {
      throw Failure(
        .usage, "the model does not say how many iterations it was trained with", at: path,
        remedy: "name them: --iterations K")
    }
    return count
  }

  /// The fixed-point solver of an implicit model: the one that is asked for, with its default settings, or else that of the training;
  /// a network that was trained with damped steps may not settle without.
  package func solver(_ asked: SolverKind?) throws -> Solver {
    if let asked { return asked.solver }
    return try facts.solver.map { try Solver(yaml: $0, name: "\(path):/@solver") } ?? SolverKind.picard.solver
  }

  /// The model as its stored settings describe it.
  public func description<Case: CaseStudy>(of case: Case.Type) throws -> ModelDescription<Case.Batch> {
    try configured(as: Case.self).description
  }

  /// The section of the model in the pipeline file that it was made with, its own training included.
  ///
  /// - Throws: `Failure` (bad data) where the stored text is no such section.
  package func configured<Case: CaseStudy>(as case: Case.Type) throws -> ConfiguredModel<Case> {
    let configured: ConfiguredModel<Case>
    do {
      let document = try ConfigurationDocument.parse(facts.configuration, name: "\(path):/@configuration")
      let sections = try document.root.namedSections("models", count: 1...1, "the model")
      configured = try ConfiguredModel<Case>(reading: sections[0].section)
    } catch let failure as Failure where failure.status == .usage {
      // The user wrote no configuration here: the file is wrong.
      throw Failure(.badData, failure.problem, at: failure.location, remedy: "train the model or import its weights again")
    }
    guard configured.architecture == facts.architecture else {
      throw Failure(
        .badData,
        "expected the architecture `\(configured.architecture)` of the configuration, found `\(facts.architecture)`",
        at: "\(path):/@architecture", remedy: "train the model or import its weights again")
    }
    return configured
  }

  /// The stored parameters under their names, in alphabetical order. No model is built, which could take more than the file says: some
  /// models have the size of their dataset.
  public func parameters() throws -> [(name: String, tensor: Tensor)] {
    let stored = try Failure.mapping {
      guard try file.contains("/parameters") else { return [(name: String, shape: [Int])]() }
      return try file.group("/parameters").children().map { ($0.name, try file.dataset($0.path).shape) }
    }
    return Array(zip(stored.map(\.name), try file.tensors(stored, under: "/parameters"))).map { (name: $0, tensor: $1) }
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
  package static func write<Case: CaseStudy>(
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
