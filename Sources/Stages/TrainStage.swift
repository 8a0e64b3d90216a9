import Foundation
import Logging
import Records
import StudyKit
import Support
import Torch

/// The stage `implicit-train`: one model on one dataset.
///
///     let stage = TrainStage(
///       modelName: "implicit-8", dataset: "dataset.h5", output: "implicit-8.h5", resumes: false, threads: 2, device: .cpu, progress: nil)
///     let hash = try stage.run(ExperimentConfiguration<LinearProgramStudy>(document))
public struct TrainStage {
  /// Name of the model in the pipeline file.
  public var modelName: String
  /// The dataset to train on.
  public var dataset: String
  /// The model file to write.
  public var output: String
  /// The model file that the model starts from, if its configuration says so.
  public var initial: String?
  /// Continue from the checkpoint, if there is one.
  public var resumes: Bool
  /// Cores that are used; on the CPU the parameters do not depend on it.
  public var threads: Int
  /// Where it trains; parameters of another device differ in their last digits.
  public var device: Device
  /// A file that says how far the stage is; nil for none.
  public var progress: String?
  /// Whether anything at the path of the output may be replaced, not only this model.
  public var replaces: Bool

  /// A training of one model, as `implicit-train` makes it.
  public init(
    modelName: String, dataset: String, output: String, initial: String? = nil, resumes: Bool, threads: Int, device: Device,
    progress: String?, replaces: Bool = false
  ) {
    self.replaces = replaces
    self.modelName = modelName
    self.dataset = dataset
    self.output = output
    self.initial = initial
    self.resumes = resumes
    self.threads = threads
    self.device = device
    self.progress = progress
  }

  /// - Returns: the content hash of the model.
  /// - Throws: `Failure`: interrupted (after a checkpoint), diverged, or whatever is wrong with the input.
  public func run<Case: CaseStudy>(_ configuration: ExperimentConfiguration<Case>) throws -> String {
    _ = try configuration.model(modelName)
    let reader = try DatasetReader(dataset, Case.layout)
    try reader.checkValues()
    let claim = OutputClaim(
      output, of: .model, caseStudy: Case.name, model: modelName,
      inputs: [dataset] + (initial.map { [$0] } ?? []) + configuration.externalPaths,
      companions: [Checkpoint(of: output).path] + (progress.map { [$0] } ?? []),
      configuration: configuration.document.resolved(), replaces: replaces)
    return try withOutputLock(claim) { try run(configuration, reader) }
  }

  private func run<Case: CaseStudy>(_ configuration: ExperimentConfiguration<Case>, _ reader: DatasetReader) throws -> String {
    let setup = try TrainingSetup(
      configuration, model: modelName, reader, initial: initial, threads: threads, device: device)
    let (configured, training) = (setup.configured, setup.training)
    let trainer = try setup.trainer()
    var facts = ModelFacts(
      caseStudy: Case.name, model: modelName, architecture: configured.architecture,
      configuration: configuration.document.resolved(only: ["models.\(modelName)"]), seed: configuration.seed,
      datasetHash: reader.header.contentHash)
    if case .implicit = setup.model, !trainer.parameters.isEmpty, configured.weights == nil {
      facts.trainedIterations = training.phases.map { $0.iterations + $0.untrackedIterations }.max()
      facts.solver = training.phases.last?.adjoint.iteration.yaml
    }
    let provenance = try FileProvenance(
      run: .current(libraries: ["libtorch": Runtime.version]), configuration: configuration.document.resolved(),
      seed: configuration.seed,
      inputs: [ProvenanceInput(path: dataset, contentHash: reader.header.contentHash)]
        + (setup.source.map { [ProvenanceInput(path: $0.path, contentHash: $0.header.contentHash)] } ?? [])
        + configuration.externalInputs(under: ["models.\(modelName)"]))
    guard configured.weights == nil else {
      return try ModelFile.write(output, of: Case.self, facts, trainer.parameters, provenance: provenance)
    }

    let checkpoint = Checkpoint(of: output)
    let identity = identity(configuration, setup)
    let log = Logger(label: "train")
    if checkpoint.exists && resumes {
      try checkpoint.restore(trainer, identity: identity.hash)
      log.notice("continuing at step \(trainer.state.step) of \(training.totalSteps)")
    } else if checkpoint.exists {
      log.notice("starting anew; \(checkpoint.path) is there, --resume would continue it")
    }
    try train(trainer, training) {
      func write() throws { try checkpoint.write(trainer, facts, identity: identity.hash, provenance: provenance) }
      do { try write() } catch let failure as Failure where failure.status == .badData {
        // What was written is read back before it counts. The state is still in memory: hours of training need not end with one
        // file that a disk or its memory got wrong.
        log.warning("the checkpoint cannot be read back, and is written again: \(failure)")
        try write()
      }
    }
    let hash = try ModelFile.write(
      output, of: Case.self, facts, trainer.parameters, history: trainer.state.history, provenance: provenance)
    checkpoint.delete()
    return hash
  }

  private func train<Case: CaseStudy>(
    _ trainer: Trainer<Case>, _ training: TrainingConfiguration, save: () throws -> Void
  ) throws {
    let meter = ProgressMeter(
      "train \(modelName)", total: trainer.parameters.isEmpty ? 0 : training.totalSteps, done: trainer.state.step, unit: "steps",
      record: progress)
    defer { meter.finish() }
    var saved = Date()
    while !trainer.isFinished {
      if Interruption.isRequested {
        try save()
        throw Interruption.failure(
          "step \(trainer.state.step) of \(training.totalSteps) is saved in a checkpoint",
          remedy: "run the same command with --resume")
      }
      try trainer.step()
      meter.advance(note: trainer.state.history.loss.last.map { "loss \(Float($0))" })
      if !trainer.isFinished, Date().timeIntervalSince(saved) >= training.checkpointSeconds {
        try save()
        saved = Date()
      }
    }
  }

  /// What a checkpoint must agree with: the seed, the model, the training it has, the data, the device. How often checkpoints are
  /// written does not count.
  func identity<Case: CaseStudy>(
    _ configuration: ExperimentConfiguration<Case>, _ setup: TrainingSetup<Case>
  ) -> ResumeIdentity {
    let model = "models.\(modelName)"
    let training = setup.configured.training == nil ? "training" : "\(model).training"
    return ResumeIdentity(
      configuration.document, under: ["seed", model, training], except: ["\(training).checkpoint_seconds"], device: device,
      parts: [
        setup.reader.header.contentHash ?? setup.reader.path, setup.source.map { $0.header.contentHash ?? $0.path },
      ])
  }
}
