import Records
import StudyKit
import Torch

/// A model beside its data, ready to be trained: what a training and its measurement have in common.
struct TrainingSetup<Case: CaseStudy> {
  let configured: ConfiguredModel<Case>
  /// That of the model, or else the common one.
  var training: TrainingConfiguration
  /// Samples of a step as the configuration says; nil for all. The training has fewer where a pricing drew fewer.
  let plannedBatch: Int?
  let reader: DatasetReader
  /// The model that this one starts from.
  let source: ModelFile?
  let model: Model<Case.Batch>
  let data: TrainingData<Case>
  /// Chunks of samples that are worked through side by side.
  let threads: Int

  /// - Parameters:
  ///   - name: of the model in the pipeline file.
  ///   - initial: path of the model file that it starts from, if it does.
  ///   - isStrict: false to price a training: the model that this one starts from may be missing, and samples too.
  init(
    _ configuration: ExperimentConfiguration<Case>, model name: String, _ reader: DatasetReader, initial: String?, threads: Int,
    device: Device, isStrict: Bool = true
  ) throws {
    var configured = try configuration.model(name)
    var training = configured.training ?? configuration.training
    plannedBatch = training.batchSize
    if !isStrict {
      configured.initial = nil
      if let batch = training.batchSize {
        let count = try configured.description.rows(reader, .train).count
        training.chunk = min(training.chunk, count)
        training.batchSize = min(batch, count / training.chunk * training.chunk)
      }
      training.validation = nil
    }
    (self.configured, self.training) = (configured, training)
    self.reader = reader
    source = try initial.map { try ModelFile($0, caseStudy: Case.name) }
    model = try configured.build(reader.layout, seed: configuration.seed, initial: source, name: name)
    let options = TensorOptions(type: training.precision.type, device: device)
    try model.module.move(to: device, type: options.type)
    // Chunks are worked through side by side, each by one thread: that way results do not depend on their number.
    try Runtime.setThreads(device == .cpu ? 1 : threads)
    self.threads = device == .cpu ? threads : 1
    data = try TrainingData<Case>(
      reader, for: configured.description, training, seed: configuration.seed, options: options)
  }

  /// - Parameter phases: nil for all of the training.
  func trainer(phases: [TrainingConfiguration.Phase]? = nil) throws -> Trainer<Case> {
    var training = training
    if let phases { training.phases = phases }
    return try Trainer(training, model, data, threads: threads)
  }
}
