import Equilibrium
import Records
import StudyKit
import Support
import Torch

/// The training samples in chunks, in the order that the steps visit them.
///
/// Chunks hold neighbouring samples and are prepared once. A step takes all of them, or, with a batch size, some: every epoch
/// visits all chunks once, in an order of its own.
final class TrainingData<Case: CaseStudy> {
  /// By the largest difficulty in them; nil for all samples.
  private let chunks: [Int?: [Case.Batch]]
  private let chunksPerStep: Int
  /// Chunks of the split `valid`; none where it is not measured.
  private let validation: [Case.Batch]
  private let symmetries: [String]
  private let seed: UInt64

  init(
    _ reader: DatasetReader, for model: ModelDescription<Case.Batch>, _ configuration: TrainingConfiguration, seed: UInt64,
    options: TensorOptions
  ) throws {
    func batches(_ split: Split, _ rows: [Int]) throws -> [Case.Batch] {
      try stride(from: 0, to: rows.count, by: configuration.chunk).map { start in
        let chunk = rows[start..<min(start + configuration.chunk, rows.count)]
        return try Case.batch(reader, split, rows: Array(chunk), options: options)
      }
    }
    let rows = try model.rows(reader, .train)
    let limits = Set(configuration.phases.map(\.difficulty))
    let difficulties = try limits == [nil] ? [] : Self.difficulties(reader, rows)
    chunks = try limits.reduce(into: [:]) { chunks, limit in
      let easy = limit.map { limit in zip(rows, difficulties).filter { $1 <= limit }.map(\.0) } ?? rows
      guard !easy.isEmpty else {
        throw Failure(
          .usage, "no sample has a difficulty of at most \(limit ?? 0)", at: "training.phases",
          remedy: "the smallest one is \(difficulties.min() ?? 0)")
      }
      chunks[limit] = try batches(.train, easy)
    }
    validation =
      try configuration.validation.map {
        try batches(.valid, Array(model.rows(reader, .valid).prefix($0.samples ?? .max)))
      } ?? []
    chunksPerStep = configuration.batchSize.map { $0 / configuration.chunk } ?? .max
    symmetries = configuration.symmetries
    self.seed = seed
  }

  private static func difficulties(_ reader: DatasetReader, _ rows: [Int]) throws -> [Int64] {
    guard let field = (Case.self as? any HasDifficulty.Type)?.difficultyField else {
      throw Failure(
        .usage, "the samples of `\(Case.name)` have no difficulty", at: "training.phases",
        remedy: "leave out the key `difficulty`")
    }
    return try reader.values(field, .train, rows: rows, as: Int64.self)
  }

  /// Samples that a step works through, at most.
  var samplesPerStep: Int {
    chunks.values.map { $0.prefix(chunksPerStep).reduce(0) { $0 + $1.sampleCount } }.max() ?? 0
  }

  private func chunks(of phase: TrainingConfiguration.Phase) -> [Case.Batch] { chunks[phase.difficulty] ?? [] }

  private func seesAll(_ phase: TrainingConfiguration.Phase) -> Bool { chunksPerStep >= chunks(of: phase).count }

  /// Whether the losses of different steps of a phase compare: every step sees all samples, unchanged, and takes the loss of the
  /// same function of the parameters, without random numbers of its own.
  func lossesCompare(in phase: TrainingConfiguration.Phase, of model: Model<Case.Batch>) -> Bool {
    let isRandom =
      switch model {
      case .implicit: phase.untrackedIterations > 0
      case .explicit(let network): network.trainsWithRandomNumbers
      }
    return seesAll(phase) && symmetries.isEmpty && !isRandom
  }

  /// The chunks of a step, each replaced by a random equivalent where symmetries are asked for.
  func chunks(step: Int, _ phase: TrainingConfiguration.Phase) throws -> [Case.Batch] {
    let chosen = visited(step: step, phase)
    guard !symmetries.isEmpty, let study = Case.self as? any HasSymmetries<Case.Batch>.Type else { return chosen }
    return try chosen.enumerated().map { position, chunk in
      var random = KeyedRandom(seed: seed, stream: "train/symmetries/\(position)", index: UInt64(step))
      return try study.transformed(chunk, by: symmetries, random: &random)
    }
  }

  private func visited(step: Int, _ phase: TrainingConfiguration.Phase) -> [Case.Batch] {
    let chunks = chunks(of: phase)
    if seesAll(phase) { return chunks }
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

  /// How many iterations without gradient a step makes first: uniform in 0 ... `phase.untrackedIterations`, from the stream
  /// `train/untracked`.
  func untrackedIterations(inStep step: Int, of phase: TrainingConfiguration.Phase) -> Int {
    var random = KeyedRandom(seed: seed, stream: "train/untracked", index: UInt64(step))
    return phase.untrackedIterations == 0 ? 0 : random.integer(below: phase.untrackedIterations + 1)
  }

  /// The mean error of a model over the split `valid`; of implicit models, at the last of so many iterations.
  func validationError(of model: Model<Case.Batch>, solver: Solver, iterations: Int, threads: Int) throws -> Double {
    let settings = SolverSettings(solver, stopping: .exactly(iterations))
    let errors = try concurrentMap(validation, threads: threads, shouldStop: { false }) { batch in
      try Autograd.withoutTracking { try Case.error(model.output(batch, settings), batch) }
    }.flatMap { $0 }
    return errors.reduce(0, +) / Double(errors.count)
  }
}
