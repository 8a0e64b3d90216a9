import Configuration
import Equilibrium
import Foundation
import Records
import Support
import Torch

/// A sweep together with the model and the dataset it was made of, opened again to draw the figures of a case study.
public struct FigureInput<Case: CaseStudy> {
  /// What was measured.
  public let sweep: SweepRecord
  /// The model as its configuration describes it.
  public let description: ModelDescription<Case.Batch>
  /// The model with its weights, in float32 on the CPU.
  public let model: Model<Case.Batch>
  /// What made the iterates of the sweep.
  public let solver: Solver
  /// The dataset that was swept.
  public let dataset: DatasetReader
  /// The samples in the dataset, `[S]`.
  public let rows: [Int]

  /// - Throws: `Failure`: missing input where the sweep's model or dataset is no longer what it was made of; bad data for files
  ///   that do not fit each other.
  public init(_ sweep: SweepRecord) throws {
    func input(_ kind: String, _ path: String?) throws -> String {
      guard let path, FileManager.default.fileExists(atPath: path) else {
        throw Failure(
          .missingInput, "the \(kind) that \(sweep.source.path) was made of is not there", at: path,
          remedy: "put it back, or sweep again")
      }
      return path
    }
    let stored = try ModelFile(input("model", sweep.source.modelPath), caseStudy: Case.name)
    dataset = try DatasetReader(input("dataset", sweep.source.datasetPath), Case.layout)
    for (path, found, expected) in [
      (stored.path, stored.header.contentHash, sweep.modelHash), (dataset.path, dataset.header.contentHash, sweep.datasetHash),
    ] where found != expected {
      throw Failure(
        .missingInput, "this is not the file any more that \(sweep.source.path) was made of", at: path, remedy: "sweep again")
    }
    description = try stored.description(of: Case.self)
    model = try stored.model(of: Case.self, layout: dataset.layout)
    let document = try ConfigurationDocument.parse(
      sweep.source.configuration, name: "\(sweep.source.path):/provenance/configuration")
    solver = try SolverSettings(reading: document.section("sweep").section("solver"), iterations: 1, exact: true).solver
    let positions = Dictionary(try dataset.draws(of: sweep.split).enumerated().map { ($1, $0) }) { first, _ in first }
    rows = try sweep.draws.map { draw in
      guard let row = positions[draw] else {
        throw Failure(
          .badData, "the dataset has no sample \(draw)", at: "\(sweep.source.path):/sample", remedy: "sweep again")
      }
      return row
    }
    self.sweep = sweep
  }

  /// The outputs of the model at the iterates that the sweep measured, without tracking; see `Model.outputs`.
  public func outputs(_ batch: Case.Batch, at iterations: [Int]) throws -> [Tensor] {
    try Autograd.withoutTracking { try model.outputs(batch, solver, at: iterations) }
  }
}
