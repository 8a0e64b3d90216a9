import HDF5
import Support

/// What a sweep file says of itself: whose curves these are, and of what.
public struct SweepFacts: Equatable, Sendable {
  /// Name of the case study, `linear-programs`.
  public var caseStudy: String
  /// What the sweep is of, in one line.
  public var title: String
  /// Publications that define the measures.
  public var references: [String]
  /// The model's name in the configuration, for example `implicit-8`.
  public var model: String
  /// Name of the architecture, `implicit-gnn`.
  public var architecture: String
  /// Explicit networks have no iterations; then there is one column, and it is drawn as a level.
  public var isIterative: Bool
  /// `none` for an explicit network.
  public var solver: String
  /// The split of the dataset that was swept.
  public var split: Split
  /// What the error is, for axes and tables, for example `relative error`.
  public var errorName: String
  /// The part of the dataset that the model is about; nil for all of it.
  public var subject: String?
  /// The seed the model was trained with.
  public var seed: UInt64
  /// Number of trained parameters.
  public var parameterCount: Int
  /// The most iterations of a step of the training; nil for explicit networks and models that are not trained.
  public var trainedIterations: Int?
  /// Content hashes of the inputs; nil if they state none.
  public var datasetHash: String?
  /// Content hash of the model; nil if it states none.
  public var modelHash: String?

  /// The facts of a sweep to be written.
  public init(
    caseStudy: String, title: String, references: [String] = [], model: String, architecture: String, isIterative: Bool,
    solver: String, split: Split, errorName: String, subject: String? = nil, seed: UInt64, parameterCount: Int,
    trainedIterations: Int? = nil, datasetHash: String? = nil, modelHash: String? = nil
  ) {
    (self.caseStudy, self.title, self.references) = (caseStudy, title, references)
    (self.model, self.architecture, self.isIterative, self.solver) = (model, architecture, isIterative, solver)
    (self.split, self.errorName, self.subject, self.seed) = (split, errorName, subject, seed)
    (self.parameterCount, self.trainedIterations) = (parameterCount, trainedIterations)
    (self.datasetHash, self.modelHash) = (datasetHash, modelHash)
  }

  func write(to file: File) throws {
    let texts: [(String, String?)] = [
      ("model", model), ("architecture", architecture), ("solver", solver), ("split", split.rawValue),
      ("error_name", errorName), ("subject", subject), ("dataset_sha256", datasetHash), ("model_sha256", modelHash),
    ]
    for case (let name, let text?) in texts where !text.isEmpty { try file.setAttribute(name, text) }
    try file.setAttribute("is_iterative", UInt8(isIterative ? 1 : 0))
    try file.setAttribute("seed", Int64(bitPattern: seed))
    try file.setAttribute("parameter_count", Int64(parameterCount))
    if let trainedIterations { try file.setAttribute("trained_iterations", Int64(trainedIterations)) }
  }

  init(of file: File, _ header: FileHeader) throws {
    func text(_ name: String) throws -> String { try file.attribute(name, as: String.self) }
    func optionalText(_ name: String) throws -> String? { try file.hasAttribute(name) ? text(name) : nil }
    let splitName = try text("split")
    guard let split = Split(rawValue: splitName) else {
      throw Failure(
        .badData, "expected the split \(Split.allCases.map(\.rawValue).joined(separator: ", ")), found `\(splitName)`",
        at: "\(file.filePath):/@split", remedy: "sweep the model again")
    }
    self.init(
      caseStudy: header.caseStudy, title: header.title, references: header.references, model: try text("model"),
      architecture: try text("architecture"), isIterative: try file.attribute("is_iterative", as: UInt8.self) != 0,
      solver: try text("solver"), split: split, errorName: try text("error_name"), subject: try optionalText("subject"),
      seed: UInt64(bitPattern: try file.attribute("seed", as: Int64.self)),
      parameterCount: Int(try file.attribute("parameter_count", as: Int64.self)),
      trainedIterations: try file.hasAttribute("trained_iterations")
        ? Int(file.attribute("trained_iterations", as: Int64.self)) : nil,
      datasetHash: try optionalText("dataset_sha256"), modelHash: try optionalText("model_sha256"))
  }
}
