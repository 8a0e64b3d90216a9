import Foundation
import HDF5

/// A sweep together with the model and the dataset it was made of, for the figures of a case study.
public struct SweptModel<Case: CaseStudy> {
  /// Name of the model in the pipeline file.
  public let name: String
  public let description: ModelDescription<Case.Batch>
  public let model: Model<Case.Batch>
  /// The most iterations in training; nil for explicit models and those without parameters.
  public let trainedIterations: Int?
  /// The recorded iterations, ascending, `[K]`.
  public let iterations: [Int]
  public let dataset: DatasetReader
  public let split: Split
  /// The samples in the dataset, `[S]`.
  public let rows: [Int]
  private let file: File

  /// - Returns: nil if the sweep's model or dataset is no longer where the sweep found it.
  /// - Throws: `Failure` (bad data) for files that do not fit each other.
  public init?(reading path: String) throws {
    let file = try Failure.mapping { try File.open(path) }
    _ = try FileHeader(of: file, expecting: [.sweep])
    let provenance = try FileProvenance(of: file)
    func input(_ attribute: String) throws -> String? {
      guard try file.hasAttribute(attribute) else { return nil }
      return try provenance?.path(ofInput: file.attribute(attribute, as: String.self))
    }
    let (modelPath, datasetPath) = try Failure.mapping {
      try (input("model_sha256"), input("dataset_sha256"))
    }
    guard let modelPath, let datasetPath,
      [modelPath, datasetPath].allSatisfy(FileManager.default.fileExists(atPath:))
    else { return nil }
    let stored = try ModelFile(modelPath, caseStudy: Case.name)
    dataset = try DatasetReader(datasetPath, Case.layout)
    let (modelHash, datasetHash) = (stored.header.contentHash, dataset.header.contentHash)
    let isSame = try Failure.mapping {
      try file.attribute("model_sha256", as: String.self) == modelHash
        && file.attribute("dataset_sha256", as: String.self) == datasetHash
    }
    guard isSame else { return nil }
    description = try stored.description(of: Case.self)
    model = try stored.model(of: Case.self, layout: dataset.layout)
    name = stored.facts.model
    trainedIterations = stored.facts.trainedIterations
    let (splitName, samples, iterations) = try Failure.mapping {
      (
        try file.attribute("split", as: String.self), try file.dataset("sample").read(Int64.self),
        try file.dataset("iteration").read(Int64.self).map { Int($0) }
      )
    }
    self.iterations = iterations
    guard let split = Split(rawValue: splitName) else {
      throw Failure(.badData, "expected the split train, valid or test, found `\(splitName)`", at: "\(path):/@split")
    }
    self.split = split
    let positions = Dictionary(try dataset.draws(of: split).enumerated().map { ($1, $0) }) { first, _ in first }
    rows = try samples.map { sample in
      guard let row = positions[Int(sample)] else {
        throw Failure(.badData, "the dataset has no sample \(sample)", at: "\(path):/sample", remedy: "sweep again")
      }
      return row
    }
    self.file = file
  }

  /// A dataset of the sweep, row by row: `output [S, K, ...]`, `error [S, K]`, `residual [S, K]`,
  /// `lipschitz_ratio [perturbation, S, K]`; nil if the sweep does not have it.
  public func values(_ dataset: String) throws -> [Double]? {
    try Failure.mapping { try file.contains(dataset) ? file.dataset(dataset).read(Double.self) : nil }
  }
}
