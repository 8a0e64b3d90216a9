import Configuration
import Foundation
import Records
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
    try trained(overrides, model: model, threads: threads)
  }

  func trained(_ overrides: [String], model: String = "implicit", threads: Int = 1) throws -> [Double] {
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

  /// An adjoint, and one of its keys with another value than it has there.
  static let adjointOptions: [(adjoint: String, key: String)] = [
    ("{name: unrolled}", "damping=0.5"),
    ("{name: jacobian-free}", "solver.damping=0.5"),
    ("{name: jacobian-free}", "solver.name=anderson"),
    ("{name: jacobian-free}", "solver.tolerance=0.5"),
    ("{name: jacobian-free, solver: {tolerance: 0.5}}", "solver.mode=absolute"),
    ("{name: jacobian-free, solver: {name: broyden, tolerance: 0}}", "solver.returning=best"),
    ("{name: jacobian-free, solver: {name: anderson}}", "solver.window=1"),
    ("{name: jacobian-free, solver: {name: anderson}}", "solver.mixing=0.5"),
    ("{name: jacobian-free, solver: {name: anderson}}", "solver.regularization=1"),
    ("{name: jacobian-free, solver: {name: anderson, regularization: 0.1}}", "solver.regularization_is_relative=false"),
    ("{name: jacobian-free, solver: {name: broyden}}", "solver.memory=1"),
    ("{name: jacobian-free, solver: {name: broyden, tolerance: 0}}", "solver.line_search=true"),
    ("{name: phantom}", "steps=2"),
    ("{name: phantom}", "damping=0.5"),
    ("{name: phantom}", "solver.damping=0.5"),
    ("{name: implicit}", "solver.damping=0.5"),
    ("{name: implicit}", "loss_at=application"),
    ("{name: implicit}", "backward.name=anderson"),
    ("{name: implicit, backward: {iterations: 2, tolerance: 0}}", "backward.iterations=1"),
    ("{name: implicit, backward: {iterations: 2, tolerance: 0}}", "backward.damping=0.5"),
    ("{name: implicit}", "backward.tolerance=0.9"),
    ("{name: implicit, backward: {tolerance: 1e-3}}", "backward.mode=absolute"),
    ("{name: implicit, backward: {name: broyden, iterations: 6, tolerance: 0}}", "backward.returning=best"),
  ]

  @Test(arguments: adjointOptions) func `Every option of every adjoint changes its result`(adjoint: String, key: String) throws {
    let base = "training.adjoint=\(adjoint)"
    #expect(try trained(base, "training.adjoint.\(key)") != trained(base))
  }

  @Test(arguments: ["implicit", "phantom", "jacobian-free"])
  func `The limit of the forward solver is the iterations of the phase, and has no key of its own`(adjoint: String) throws {
    let failure = try #require(throws: Failure.self) {
      try configuration(["training.adjoint={name: \(adjoint), solver: {iterations: 40}}"])
    }
    #expect(failure.status == .usage)
    #expect(failure.problem == "training.adjoint.solver: unknown key `iterations`")
    #expect(failure.remedy?.contains("training.phases") == true)
  }

  /// The number of untracked iterations that the first step draws.
  static func untracked(most: Int) -> Int {
    var random = KeyedRandom(seed: 1, stream: "train/untracked", index: 0)
    return random.integer(below: most + 1)
  }

  @Test(arguments: ["jacobian-free", "phantom", "implicit"])
  func `Untracked iterations are damped as the phase's solver is`(adjoint: String) throws {
    let untracked = Self.untracked(most: 12)
    try #require(untracked > 2)
    let adjoint = "training.adjoint={name: \(adjoint), solver: {damping: 0.3, tolerance: 0}}"
    let two = try firstLoss(adjoint, iterations: 2, untracked: 12)
    let one = try firstLoss(adjoint, iterations: 2 + untracked, untracked: 0)
    #expect(abs(one - two) < 1e-12 * one)
  }

  @Test(arguments: ["anderson", "broyden"])
  func `Untracked iterations are those of the phase's solver, which starts anew behind them`(solver: String) throws {
    let untracked = Self.untracked(most: 9)
    try #require(untracked == 2)  // where accelerated iterates first differ from plain ones
    // The first step of either solver is a plain one: one more, and the application of the adjoint, are two plain steps.
    let two = try firstLoss(
      "training.adjoint={name: jacobian-free, solver: {name: \(solver), tolerance: 0}}", iterations: 1, untracked: 9)
    let one = try firstLoss(
      "training.adjoint={name: phantom, steps: 2, damping: 1, solver: {name: \(solver), tolerance: 0}}", iterations: untracked,
      untracked: 0)
    #expect(abs(one - two) < 1e-12 * one)
  }

  /// The loss before the first step, in float64.
  func firstLoss(_ adjoint: String, iterations: Int, untracked: Int) throws -> Double {
    let phase = "{steps: 1, iterations: \(iterations), untracked_iterations: \(untracked), learning_rate: 0.01}"
    return try StepBenchmark(
      configuration([adjoint, "training.precision=float64", "training.phases=[\(phase)]"]), model: "implicit",
      dataset: "\(folder)/dataset.h5", steps: 1, threads: 1
    ).losses[0]
  }

  @Test func `The last step of a phase counts where it lowers the loss, so that a phase of one step trains one step`() throws {
    func once(_ rate: String) throws -> [Double] {
      try trained("training.phases=[{steps: 1, iterations: 3, learning_rate: \(rate)}]")
    }
    // A step of this size raises the loss: what stays are the initial parameters.
    let initial = try once("0.2")
    let small = try once("1e-4")
    // Adam's first step moves every parameter that has a gradient by the learning rate.
    let moved = zip(small, initial).map { abs($0 - $1) }
    #expect(moved.contains { $0 > 0.5e-4 } && moved.allSatisfy { $0 < 1.5e-4 })
  }

  @Test func `A model can start from one of its own architecture, each parameter from that of its name`() throws {
    let (source, target) = try (ImplicitGraphNetwork(embedding: 3), ImplicitGraphNetwork(embedding: 3))
    for (name, parameter) in source.parameters {
      var random = KeyedRandom(seed: 1, stream: name)
      try parameter.assign(
        Tensor(random.normals(parameter.value.count), shape: parameter.value.shape).to(type: parameter.value.type))
    }
    // `output_module.0.weight` is also the end of `deq_func.conv_v_to_c.output_module.0.weight`.
    try target.parameters.assign(from: source.parameters, of: "source.h5")
    for ((name, left), (_, right)) in zip(target.parameters, source.parameters) {
      #expect(try left.value.doubles() == right.value.doubles(), "\(name)")
    }
  }

  @Test func `Losses after different numbers of untracked iterations are not compared to find the best parameters`() throws {
    // At this rate the first steps raise the loss, so the best parameters of a full batch are those before them.
    func phases(untracked: Int, steps: Int, rate: Double) -> String {
      "training.phases=[{steps: \(steps), iterations: 3, untracked_iterations: \(untracked), learning_rate: \(rate)}]"
    }
    #expect(try trained(phases(untracked: 0, steps: 1, rate: 0.5)) == trained(phases(untracked: 0, steps: 2, rate: 0.5)))
    #expect(try trained(phases(untracked: 9, steps: 1, rate: 0.2)) != trained(phases(untracked: 9, steps: 2, rate: 0.2)))
    // An explicit model has no iterations: its losses compare whatever the phase says.
    #expect(
      try trained(phases(untracked: 9, steps: 1, rate: 0.5), model: "explicit")
        == trained(phases(untracked: 9, steps: 2, rate: 0.5), model: "explicit"))
  }

  /// A model with a training of its own, which diverges in its second phase and leaves a checkpoint of each step before.
  static let ownTraining = """
    models.own={architecture: implicit-gnn, embedding: 3, training: {precision: float64, checkpoint_seconds: 1e-9, phases: [\
    {steps: 2, iterations: 2, learning_rate: 0.01}, {steps: 2, iterations: 2, learning_rate: 1e300}]}}
    """

  @Test func `A checkpoint is continued whatever does not decide about its training, and by nothing else`() throws {
    let output = "\(folder)/own.h5"
    func status(_ overrides: String..., resumes: Bool = true) throws -> Support.ExitStatus {
      try #require(throws: Failure.self) {
        _ = try TrainStage(
          modelName: "own", dataset: "\(folder)/dataset.h5", output: output, resumes: resumes, threads: 1, device: .cpu,
          progress: nil
        ).run(configuration([Self.ownTraining] + overrides))
      }.status
    }
    #expect(try status(resumes: false) == .diverged)
    #expect(try status() == .diverged)
    // The common training is not this model's.
    #expect(try status("training.precision=float64", "models.own.training.checkpoint_seconds=7") == .diverged)
    #expect(try status("models.own.training.phases.0.steps=3") == .badData)
    #expect(try status("seed=2") == .badData)
  }

  @Test func `The memory of a training is measured in the precision that the model is trained in`() throws {
    let single = "models.own.training.precision=float32"
    func memory(_ overrides: String...) throws -> [[Int]] {
      let configuration = try configuration(
        [
          Self.ownTraining, "models.own.training.phases=[{steps: 1, iterations: 1, learning_rate: 0.01}]",
          "sweep.memory={iterations: [2, 8], samples: 4}",
        ] + overrides)
      let (model, output) = ("\(folder)/\(UUID().uuidString).h5", "\(folder)/\(UUID().uuidString).h5")
      _ = try TrainStage(
        modelName: "own", dataset: "\(folder)/dataset.h5", output: model, resumes: false, threads: 1, device: .cpu, progress: nil
      ).run(configuration)
      _ = try SweepStage(
        model: model, dataset: "\(folder)/dataset.h5", split: .test, output: output, threads: 1, device: .cpu, progress: nil
      ).run(configuration)
      return try #require(SweepRecord(reading: output).memory).peaks
    }
    let (double, float) = try (memory(), memory(single))
    for (wide, narrow) in zip(double.joined(), float.joined()) { #expect(Double(wide) > 1.5 * Double(narrow)) }
  }

  @Test func `A dry run estimates phases of one step as it does longer ones`() throws {
    let estimate = try StepBenchmark.estimate(
      configuration(["training.phases.0.steps=1", "training.phases.1.steps=2"]), model: "implicit",
      dataset: "\(folder)/dataset.h5", initial: nil, threads: 1, device: .cpu)
    #expect(estimate.contains("steps       3, "))
  }

  @Test func `A benchmark may time more steps than the phase has`() throws {
    let benchmark = try StepBenchmark(
      configuration(["training.phases.0.steps=2"]), model: "implicit", dataset: "\(folder)/dataset.h5", steps: 5, threads: 1)
    #expect(benchmark.seconds.count == 5 && benchmark.losses.count == 6)
  }

  @Test func `A rollback restores the best parameters and lowers the learning rate down to its floor`() throws {
    // With a threshold of 1, any rise of the loss triggers it.
    let rollback = "training.phases.0.rollback={threshold: 1, factor: 0.5, floor: 0.3}"
    let rate = "training.phases.0.learning_rate=0.5"
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

  @Test(arguments: [
    "training.start=random", "training.path_noise=0.1", "training.ema=0.9", "training.phases.0.spectral_weight=1",
    "training.phases.0={steps: 6, iterations: 3, untracked_iterations: 3, untracked_distribution: log-normal-poisson, learning_rate: 0.01}",
  ])
  func `Options of the path and of the weights act, the same on any number of threads`(option: String) throws {
    let found = try trained(option)
    #expect(try found != trained())
    #expect(try trained(option, threads: 2) == found)
  }

  @Test func `The scale of random starts counts, and explicit models have no start`() throws {
    #expect(try trained("training.start=random", "training.start_scale=3") != trained("training.start=random"))
    #expect(try trained("training.start=random", model: "explicit") == trained(model: "explicit"))
  }

  @Test func `Averaged weights with a beta next to 0 are those of the last step`() throws {
    let batches = "training.batch_size=12"
    let (averaged, last) = try (trained(batches, "training.ema=1e-12"), trained(batches))
    for (a, b) in zip(averaged, last) { #expect(abs(a - b) <= 1e-6 * max(1, abs(b))) }
  }

  @Test func `Averaged weights are validated, and those of the lowest error are kept`() throws {
    let validation = "training.validation={every: 1}"
    #expect(try trained(validation, "training.ema=0.5") != trained(validation))
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
