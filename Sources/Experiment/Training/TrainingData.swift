import Equilibrium
import Torch

/// The training samples in chunks, in the order that the steps visit them.
///
/// Chunks hold neighbouring samples and are prepared once. A step takes all of them, or, with a batch size, some: every epoch
/// visits all chunks once, in an order of its own.
final class TrainingData<Case: CaseStudy> {
  private let chunks: [Case.Batch]
  private let chunksPerStep: Int
  /// Chunks of the split `valid`; none where it is not measured.
  private let validation: [Case.Batch]
  private let seed: UInt64

  init(
    _ reader: DatasetReader, for model: ModelDescription<Case.Batch>, _ configuration: TrainingConfiguration, seed: UInt64,
    placement: Placement
  ) throws {
    func chunks(_ split: Split, atMost count: Int = .max) throws -> [Case.Batch] {
      let rows = try model.rows(reader, split).prefix(count)
      return try stride(from: 0, to: rows.count, by: configuration.chunk).map { start in
        let chunk = rows[start..<min(start + configuration.chunk, rows.count)]
        return try Case.batch(reader, split, rows: Array(chunk), placement: placement)
      }
    }
    let training = try chunks(.train)
    self.chunks = training
    validation = try configuration.validation.map { try chunks(.valid, atMost: $0.samples ?? .max) } ?? []
    chunksPerStep = min(configuration.batchSize.map { $0 / configuration.chunk } ?? .max, training.count)
    self.seed = seed
  }

  /// Whether every step sees all samples, so that the losses of different steps compare.
  var isFullBatch: Bool { chunksPerStep == chunks.count }

  func chunks(step: Int) -> [Case.Batch] {
    if isFullBatch { return chunks }
    let stepsPerEpoch = (chunks.count + chunksPerStep - 1) / chunksPerStep
    let (epoch, position) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
    var random = KeyedRandom(seed: seed, stream: "train/order", index: UInt64(epoch))
    let order = random.permutation(chunks.count)
    return order[(position * chunksPerStep)..<min((position + 1) * chunksPerStep, chunks.count)].map { chunks[$0] }
  }

  /// The probes of the Jacobian penalty of a step: standard normal numbers for the state of each chunk.
  func probe(step: Int) -> @Sendable (_ chunk: Int, _ state: Tensor) throws -> Tensor {
    { [seed] chunk, state in
      var random = KeyedRandom(seed: seed, stream: "train/jacobian/\(chunk)", index: UInt64(step))
      return try Tensor(random.normals(state.count), shape: state.shape).to(type: state.type, device: state.device)
    }
  }

  /// The random numbers of explicit models that train with some, for each chunk of a step.
  func random(step: Int) -> @Sendable (_ chunk: Int) -> KeyedRandom {
    { [seed] in KeyedRandom(seed: seed, stream: "train/random/\($0)", index: UInt64(step)) }
  }

  /// How many iterations without gradient a step makes first.
  func offset(step: Int, _ stage: TrainingConfiguration.Stage) -> Int {
    var random = KeyedRandom(seed: seed, stream: "train/untracked", index: UInt64(step))
    return stage.untrackedIterations == 0 ? 0 : random.integer(below: stage.untrackedIterations + 1)
  }

  /// The mean error of a model over the split `valid`; of implicit models, at the last of so many iterations.
  func validationError(of model: Model<Case.Batch>, solver: Solver, iterations: Int, threads: Int) throws -> Double {
    let settings = SolverSettings(solver, stopping: .exactly(iterations))
    let errors = try concurrentMap(validation, threads: threads, shouldStop: { false }) { batch in
      try Autograd.withoutTracking { try Case.errors(model.output(batch, settings), batch).doubles() }
    }.flatMap { $0 }
    return errors.reduce(0, +) / Double(errors.count)
  }
}
