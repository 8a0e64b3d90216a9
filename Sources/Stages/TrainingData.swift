import Equilibrium
import Records
import StudyKit
import Support
import Torch

/// The training samples in the order that the steps visit them, in chunks that one thread works through at a time.
///
/// A step takes all samples, in chunks of neighbours that are prepared once; or, with a batch size, some: every epoch visits all samples
/// once, in an order of its own.
final class TrainingData<Case: CaseStudy> {
  private let reader: DatasetReader
  private let options: TensorOptions
  /// Positions in the split, by the largest difficulty in them; nil for all samples.
  private let rows: [Int?: [Int]]
  private let chunk: Int
  private let batchSize: Int
  /// Chunks of steps that see all samples.
  private let prepared: [Int?: [Case.Batch]]
  /// Chunks of the split `valid`; none where it is not measured.
  private let validation: [Case.Batch]
  private let symmetries: [String]
  private let seed: UInt64
  /// Whether where implicit models begin, or what is added on their way, is random.
  private let hasRandomPaths: Bool
  /// The order of the epoch of the last step.
  private var order: (epoch: Int, limit: Int?, rows: [Int])?

  init(
    _ reader: DatasetReader, for model: ModelDescription<Case.Batch>, _ configuration: TrainingConfiguration, seed: UInt64,
    options: TensorOptions
  ) throws {
    let chunk = configuration.chunk
    func batches(_ split: Split, _ rows: [Int]) throws -> [Case.Batch] {
      try rows.pieces(of: chunk).map { try Case.batch(reader, split, rows: $0, options: options) }
    }
    let all = try model.rows(reader, .train)
    let limits = Set(configuration.phases.map(\.difficulty))
    let difficulties = try limits == [nil] ? [] : Self.difficulties(reader, all)
    rows = try limits.reduce(into: [:]) { rows, limit in
      let easy = limit.map { limit in zip(all, difficulties).filter { $1 <= limit }.map(\.0) } ?? all
      guard !easy.isEmpty else {
        throw Failure(
          .usage, "no sample has a difficulty of at most \(limit ?? 0)", at: "training.phases",
          remedy: "the smallest one is \(difficulties.min() ?? 0)")
      }
      rows[limit] = easy
    }
    let batchSize = configuration.batchSize ?? .max
    prepared = try rows.filter { $0.value.count <= batchSize }.mapValues { try batches(.train, $0) }
    if prepared.count < rows.count { try reader.preload(.train) }
    validation =
      try configuration.validation.map {
        try batches(.valid, Array(model.rows(reader, .valid).prefix($0.samples ?? .max)))
      } ?? []
    (self.reader, self.options, self.chunk, self.batchSize, self.seed) = (reader, options, chunk, batchSize, seed)
    symmetries = configuration.symmetries
    hasRandomPaths = configuration.start != .usual || configuration.pathNoise > 0
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
  var samplesPerStep: Int { rows.values.map { min($0.count, batchSize) }.max() ?? 0 }

  /// Whether the losses of different steps of a phase compare: every step sees all samples, unchanged, and takes the loss of the
  /// same function of the parameters, without random numbers of its own.
  func lossesCompare(in phase: TrainingConfiguration.Phase, of model: Model<Case.Batch>) -> Bool {
    let isRandom =
      switch model {
      case .implicit: phase.untrackedIterations > 0 || hasRandomPaths
      case .explicit(let network): network.trainsWithRandomNumbers
      }
    return prepared[phase.difficulty] != nil && symmetries.isEmpty && !isRandom
  }

  /// The chunks of a step, each replaced by a random equivalent where symmetries are asked for.
  ///
  /// - Parameter threads: that prepare chunks.
  func chunks(step: Int, _ phase: TrainingConfiguration.Phase, threads: Int) throws -> [Case.Batch] {
    let chosen = try visited(step: step, phase, threads: threads)
    guard !symmetries.isEmpty, let study = Case.self as? any HasSymmetries<Case.Batch>.Type else { return chosen }
    return try chosen.enumerated().map { position, chunk in
      var random = random(step: step).stream("symmetries/\(position)")
      return try study.transformed(chunk, by: symmetries, random: &random)
    }
  }

  private func visited(step: Int, _ phase: TrainingConfiguration.Phase, threads: Int) throws -> [Case.Batch] {
    if let prepared = prepared[phase.difficulty] { return prepared }
    let count = rows[phase.difficulty]?.count ?? 0
    let (epoch, position) = step.quotientAndRemainder(dividingBy: (count + batchSize - 1) / batchSize)
    let order = order(epoch: epoch, of: phase.difficulty)
    let chosen = Array(order[(position * batchSize)..<min((position + 1) * batchSize, count)])
    return try concurrentMap(chosen.pieces(of: chunk), threads: threads, shouldStop: { false }) { [reader, options] rows in
      try Case.batch(reader, .train, rows: rows, options: options)
    }
  }

  private func order(epoch: Int, of limit: Int?) -> [Int] {
    if let order, order.epoch == epoch, order.limit == limit { return order.rows }
    let rows = rows[limit] ?? []
    var random = KeyedRandom(seed: seed, stream: "train/order", index: UInt64(epoch))
    let shuffled = random.permutation(rows.count).map { rows[$0] }
    order = (epoch, limit, shuffled)
    return shuffled
  }

  /// The random numbers of a step.
  func random(step: Int) -> StepRandom { StepRandom(seed: seed, step: step) }

  /// How many iterations without gradient a step makes first, from the stream `train/untracked`.
  func untrackedIterations(inStep step: Int, of phase: TrainingConfiguration.Phase) -> Int {
    guard phase.untrackedIterations > 0 else { return 0 }
    var random = random(step: step).stream("untracked")
    return switch phase.untrackedDistribution {
    case .uniform: random.integer(below: phase.untrackedIterations + 1)
    case .logNormalPoisson: random.logNormalPoisson(mean: Double(phase.untrackedIterations), deviation: 0.5)
    }
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

extension Array {
  /// Consecutive pieces of this length, the last one possibly shorter.
  func pieces(of length: Int) -> [[Element]] {
    stride(from: 0, to: count, by: length).map { Array(self[$0..<Swift.min($0 + length, count)]) }
  }
}
