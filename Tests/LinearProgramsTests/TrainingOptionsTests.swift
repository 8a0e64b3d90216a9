import Configuration
import Foundation
import Stages
import StudyKit
import Support
import Testing
import Torch

@testable import LinearPrograms

/// The training of a small pipeline, from its configuration to the model file.
@Suite final class TrainingOptionsTests {
  let folder: String
  static let pipeline = """
    case_study: linear-programs
    dataset:
      {constraints: 4, variables: 8, nonzeros: 16, train: {attempts: 80, keep: 24}, test: {attempts: 20, keep: 4}}
    models: {implicit: {architecture: implicit-gnn, embedding: 3}, explicit: {architecture: explicit-gnn, embedding: 3}}
    training:
      chunk: 6
      phases:
        - {steps: 6, iterations: 3, learning_rate: 0.01}
        - {steps: 4, iterations: 4, learning_rate: 0.003}
    sweep: {iterations: 4}
    """

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "training-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try GenerateStage(output: "\(folder)/dataset.h5", shard: nil, resumes: false, threads: 2, progress: nil).run(
      configuration())
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func configuration(_ overrides: [String] = []) throws -> ExperimentConfiguration<LinearProgramStudy> {
    try ExperimentConfiguration(ConfigurationDocument.parse(Self.pipeline, name: "test.yaml", overrides: overrides))
  }

  /// Values of all trained parameters.
  func trained(_ overrides: String..., model: String = "implicit", threads: Int = 1) throws -> [Double] {
    let output = "\(folder)/\(UUID().uuidString).h5"
    _ = try TrainStage(
      modelName: model, dataset: "\(folder)/dataset.h5", output: output, resumes: false, threads: threads, device: .cpu,
      progress: nil
    ).run(configuration(overrides))
    let file = try ModelFile(output)
    return try file.model(of: LinearProgramStudy.self, layout: LinearProgramStudy.layout).module.parameters.tensors
      .flatMap { try $0.doubles() }
  }

  @Test(arguments: [
    "training.precision=float64", "training.batch_size=12", "training.adjoint={name: jacobian-free}",
    "training.adjoint={name: unrolled, damping: 0.7}",
    "training.adjoint={name: phantom}", "training.adjoint={name: implicit}", "training.phases.0.steps=7",
    "training.phases.0.iterations=2", "training.phases.0.untracked_iterations=3",
    "training.phases.0.learning_rate=0.02", "training.phases.0.schedule=cosine", "training.phases.0.weight_decay=0.1",
    "training.phases.0.gradient_clip=1e-6",
    "training.phases.0.jacobian_weight=10",
    "training.phases.1.learning_rate=0.01", "seed=2", "models.implicit.embedding=4",
  ]) func `Every option of the training changes its result`(override: String) throws {
    #expect(try trained(override) != trained())
  }

  @Test(arguments: [
    "{name: phantom, steps: 2}", "{name: phantom, damping: 0.5}", "{name: phantom, solver: {name: anderson}}",
    "{name: phantom, solver: {damping: 0.5}}",
  ]) func `Every option of the phantom adjoint changes its result`(adjoint: String) throws {
    #expect(try trained("training.adjoint=\(adjoint)") != trained("training.adjoint={name: phantom}"))
  }

  @Test func `The options of the implicit adjoint's own solver act`() throws {
    let base = try trained("training.adjoint={name: implicit, backward: {iterations: 2, tolerance: 0}}")
    #expect(try trained("training.adjoint={name: implicit, backward: {iterations: 1, tolerance: 0}}") != base)
    #expect(
      try trained("training.adjoint={name: implicit, backward: {iterations: 2, tolerance: 0, damping: 0.5}}") != base)
  }

  @Test func `A rollback restores the best parameters and lowers the learning rate down to its floor`() throws {
    // With a threshold of 1, any rise of the loss triggers it.
    let rollback = "training.phases.0.rollback={threshold: 1, factor: 0.5, floor: 0.3}"
    let rate = "training.phases.0.learning_rate=1"
    let batches = "training.batch_size=12"  // so that the last parameters stay, not the best
    #expect(try trained(batches, rate, rollback) != trained(batches, rate))
    #expect(try trained(batches, rate, rollback) != trained(batches, rate, rollback, "training.phases.0.rollback.factor=0.9"))
    #expect(try trained(batches, rate, rollback) != trained(batches, rate, rollback, "training.phases.0.rollback.floor=0.9"))
  }

  @Test(arguments: ["implicit", "explicit"], ["training.chunk=6", "training.batch_size=12"])
  func `The number of threads and the checkpoints do not change the result`(model: String, option: String) throws {
    let base = try trained(option, model: model)
    #expect(try trained(option, model: model, threads: 2) == base)
    #expect(try trained(option, "training.checkpoint_seconds=1e-9", model: model) == base)
  }

  @Test func `A batch size that is no multiple of the chunk is refused`() throws {
    let failure = try #require(throws: Failure.self) { try configuration(["training.batch_size=7"]) }
    #expect(failure.status == .usage)
    #expect(failure.problem.contains("batch_size"))
  }

  @Test func `A loss that is not finite ends the training as diverged, without a model file`() throws {
    let output = "\(folder)/diverged.h5"
    let failure = try #require(throws: Failure.self) {
      _ = try TrainStage(
        modelName: "implicit", dataset: "\(folder)/dataset.h5", output: output, resumes: false, threads: 1,
        device: .cpu, progress: nil
      ).run(configuration(["training.phases.0.learning_rate=1e30"]))
    }
    #expect(failure.status == .diverged)
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
