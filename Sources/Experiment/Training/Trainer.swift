import Equilibrium
import Foundation
import Torch

/// Trains one model: stages of Adam on the mean loss, with rollback to the best parameters, checkpoints, and interruption
/// between steps.
final class Trainer<Case: CaseStudy> {
  let configuration: TrainingConfiguration
  let model: Model<Case.Batch>
  let parameters: NamedParameters
  private(set) var state: TrainingState
  private(set) var optimizer: Adam
  private let data: TrainingData<Case>
  private let threads: Int

  init(
    _ configuration: TrainingConfiguration, _ model: Model<Case.Batch>, _ data: TrainingData<Case>, threads: Int
  ) throws {
    self.configuration = configuration
    self.model = model
    self.data = data
    self.threads = threads
    parameters = model.module.parameters
    let first = configuration.stages[0]
    state = TrainingState(learningRate: first.learningRate, bestParameters: parameters.tensors)
    optimizer = try Self.optimizer(parameters, first)
  }

  private static func optimizer(_ parameters: NamedParameters, _ stage: TrainingConfiguration.Stage) throws -> Adam {
    try Adam(parameters, .init(learningRate: stage.learningRate, weightDecay: stage.weightDecay))
  }

  var isFinished: Bool { state.stage >= configuration.stages.count }

  /// Continues from a checkpoint.
  func restore(_ saved: TrainingState, parameters values: [Tensor], _ adam: Adam.State) throws {
    state = saved
    try assign(values)
    if !isFinished { optimizer = try Self.optimizer(parameters, configuration.stages[saved.stage]) }
    try optimizer.restore(adam)
  }

  private func assign(_ values: [Tensor]) throws {
    for (entry, value) in zip(parameters.entries, values) { try entry.parameter.assign(value) }
  }

  /// One optimizer step; at the end of a stage, back to its best parameters and on to the next.
  ///
  /// - Throws: `Failure` (diverged) when the loss is not finite.
  func step() throws {
    let stage = configuration.stages[state.stage]
    let rate = state.learningRate * stage.schedule.factor(step: state.stageStep, of: stage.steps)
    let (forward, adjoint) = configuration.adjoint.resolved(iterations: stage.iterations)
    let gradient = try BatchGradient<Case>(
      model: model, forward: forward, adjoint: adjoint, untrackedIterations: data.offset(step: state.step, stage),
      threads: threads)(data.chunks(step: state.step))
    try record(gradient, rate)
    if gradient.loss < state.bestLoss {
      state.bestLoss = gradient.loss
      state.bestParameters = parameters.tensors
    }
    if let rollback = stage.rollback, gradient.loss > rollback.threshold * state.bestLoss,
      state.learningRate > rollback.floor
    {
      try assign(state.bestParameters)
      state.learningRate *= rollback.factor
    } else {
      optimizer.settings.learningRate = rate
      try optimizer.step(gradient.gradients)
    }
    state.step += 1
    state.stageStep += 1
    if state.stageStep == stage.steps { try endStage() }
  }

  private func record(_ gradient: BatchGradient<Case>.Result, _ rate: Double) throws {
    guard gradient.loss.isFinite else {
      throw Failure(
        .diverged, "the loss is \(gradient.loss) at step \(state.step)", at: "training.stages.\(state.stage)",
        remedy: "lower training.stages.\(state.stage).learning_rate, or give the stage a rollback")
    }
    state.history.loss.append(gradient.loss)
    state.history.learningRate.append(rate)
    state.history.forwardResidual.append(gradient.forwardResidual ?? .nan)
    state.history.backwardResidual.append(gradient.backwardResidual ?? .nan)
  }

  /// Keeps the parameters with the lowest loss that was seen in this stage.
  private func endStage() throws {
    try assign(state.bestParameters)
    state.stage += 1
    state.stageStep = 0
    state.bestLoss = .infinity
    guard !isFinished else { return }
    state.learningRate = configuration.stages[state.stage].learningRate
    optimizer = try Self.optimizer(parameters, configuration.stages[state.stage])
  }
}

/// The training samples in chunks, in the order that the steps visit them.
final class TrainingData<Case: CaseStudy> {
  private let reader: DatasetReader
  private let count: Int
  private let batchSize: Int?
  private let chunk: Int
  private let seed: UInt64
  private let placement: Placement
  /// The whole split, prepared once, when every step sees all of it.
  private var fullBatch: [Case.Batch]?

  init(_ reader: DatasetReader, _ configuration: TrainingConfiguration, seed: UInt64, placement: Placement) throws {
    self.reader = reader
    self.seed = seed
    self.placement = placement
    let count = try reader.count(of: .train)
    guard count > 0 else {
      throw Failure(.badData, "the split `train` has no samples", at: reader.path, remedy: "draw a dataset with samples")
    }
    self.count = count
    batchSize = configuration.batchSize.flatMap { $0 < count ? $0 : nil }
    chunk = configuration.chunk
  }

  func chunks(step: Int) throws -> [Case.Batch] {
    if let fullBatch { return fullBatch }
    let chunks = try pieces(of: rows(step: step)).map {
      try Case.batch(reader, .train, rows: $0, placement: placement)
    }
    if batchSize == nil { fullBatch = chunks }
    return chunks
  }

  /// How many iterations without gradient a step makes first.
  func offset(step: Int, _ stage: TrainingConfiguration.Stage) -> Int {
    var random = KeyedRandom(seed: seed, stream: "train/untracked", index: UInt64(step))
    return stage.untrackedIterations == 0 ? 0 : random.integer(below: stage.untrackedIterations + 1)
  }

  private func pieces(of rows: [Int]) -> [[Int]] {
    stride(from: 0, to: rows.count, by: chunk).map { Array(rows[$0..<min($0 + chunk, rows.count)]) }
  }

  /// The samples of a step: every epoch visits all of them in an order of its own.
  private func rows(step: Int) -> [Int] {
    guard let batchSize else { return Array(0..<count) }
    let stepsPerEpoch = (count + batchSize - 1) / batchSize
    let (epoch, position) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
    var random = KeyedRandom(seed: seed, stream: "train/order", index: UInt64(epoch))
    let order = random.permutation(count)
    return Array(order[(position * batchSize)..<min((position + 1) * batchSize, count)])
  }
}
