import Foundation
import Logging
import Records
import StudyKit
import Support
import Torch

/// The stage `implicit-train`: one model on one dataset.
public struct TrainStage {
  public var modelName: String
  public var dataset: String
  public var output: String
  /// The model file that the model starts from, if its configuration says so.
  public var initial: String?
  /// Continue from the checkpoint, if there is one.
  public var resumes: Bool
  public var threads: Int
  public var device: Device
  public var progress: String?

  public init(
    modelName: String, dataset: String, output: String, initial: String? = nil, resumes: Bool, threads: Int, device: Device,
    progress: String?
  ) {
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
    let configured = try configuration.model(modelName)
    let reader = try DatasetReader(dataset, Case.layout)
    try reader.checkValues()
    let lock = try OutputLock(for: output)
    defer { withExtendedLifetime(lock) {} }

    let training = configured.training ?? configuration.training
    let options = TensorOptions(type: training.precision.type, device: device)
    let source = try initial.map { try ModelFile($0, caseStudy: Case.name) }
    let model = try configured.build(reader.layout, seed: configuration.seed, initial: source, name: modelName)
    try model.module.move(to: device, type: options.type)
    // Chunks are worked through side by side, each by one thread: that way results do not depend on their number.
    try Runtime.setThreads(device == .cpu ? 1 : threads)
    let data = try TrainingData<Case>(
      reader, for: configured.description, training, seed: configuration.seed, options: options)
    let trainer = try Trainer(training, model, data, threads: device == .cpu ? threads : 1)

    let resolved = configuration.document.resolved(only: ["seed", "models.\(modelName)", "training"])
    var facts = ModelFacts(
      caseStudy: Case.name, model: modelName, architecture: configured.architecture,
      configuration: configuration.document.resolved(only: ["models.\(modelName)"]), seed: configuration.seed,
      datasetHash: reader.header.contentHash)
    if case .implicit = model, !trainer.parameters.isEmpty, configured.weights == nil {
      facts.trainedIterations = training.phases.map { $0.iterations + $0.untrackedIterations }.max()
    }
    let provenance = try FileProvenance(
      run: .current(libraries: ["libtorch": Runtime.version]), configuration: configuration.document.resolved(),
      seed: configuration.seed,
      inputs: [ProvenanceInput(path: dataset, contentHash: reader.header.contentHash)]
        + (source.map { [ProvenanceInput(path: $0.path, contentHash: $0.header.contentHash)] } ?? [])
        + configuration.externalInputs(under: ["models.\(modelName)"]))
    guard configured.weights == nil else {
      return try ModelFile.write(output, of: Case.self, facts, model.module.parameters, provenance: provenance)
    }

    let checkpoint = Checkpoint(of: output)
    let identity = Self.identity(resolved, reader, source)
    let log = Logger(label: "train")
    if checkpoint.exists && resumes {
      try checkpoint.restore(trainer, identity: identity)
      log.notice("continuing at step \(trainer.state.step) of \(training.totalSteps)")
    } else if checkpoint.exists {
      log.notice("starting anew; \(checkpoint.path) is there, --resume would continue it")
    }
    try train(trainer, training) { try checkpoint.write(trainer, facts, identity: identity, provenance: provenance) }
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

  /// What a checkpoint must agree with: the seed, the model, the training, the data. How often checkpoints are written does not count.
  private static func identity(_ resolved: String, _ reader: DatasetReader, _ initial: ModelFile?) -> String {
    let lines = resolved.split(separator: "\n").filter { !$0.contains("checkpoint_seconds:") }
    let text =
      lines.joined(separator: "\n") + (reader.header.contentHash ?? reader.path)
      + (initial.map { $0.header.contentHash ?? $0.path } ?? "")
    return SHA256.hash(text)
  }
}
