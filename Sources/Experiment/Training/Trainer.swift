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

  /// A model without parameters is finished before it begins.
  var isFinished: Bool { state.stage >= configuration.stages.count || parameters.isEmpty }

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
    let (forward, adjoint) = stage.adjoint.resolved(iterations: stage.iterations)
    let gradient = try BatchGradient<Case>(
      model: model, forward: forward, adjoint: adjoint, untrackedIterations: data.offset(step: state.step, stage),
      threads: threads, jacobianWeight: stage.jacobianWeight, probe: data.probe(step: state.step)
    )(data.chunks(step: state.step))
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
    state.history.jacobian.append(gradient.squaredJacobian.map { $0.squareRoot() } ?? .nan)
  }

  /// Keeps the parameters with the lowest loss that was seen in this stage, where losses are of the same samples; the last
  /// ones, where they are not.
  private func endStage() throws {
    if data.isFullBatch { try assign(state.bestParameters) }
    state.stage += 1
    state.stageStep = 0
    state.bestLoss = .infinity
    guard !isFinished else { return }
    state.learningRate = configuration.stages[state.stage].learningRate
    optimizer = try Self.optimizer(parameters, configuration.stages[state.stage])
  }
}

/// The training samples in chunks, in the order that the steps visit them.
///
/// Chunks hold neighbouring samples and are prepared once. A step takes all of them, or, with a batch size, some: every epoch
/// visits all chunks once, in an order of its own.
final class TrainingData<Case: CaseStudy> {
  private let chunks: [Case.Batch]
  private let chunksPerStep: Int
  private let symmetries: [String]
  private let seed: UInt64

  /// - Parameter rows: the samples to train on.
  init(
    _ reader: DatasetReader, rows: [Int], _ configuration: TrainingConfiguration, seed: UInt64, placement: Placement
  ) throws {
    let size = configuration.chunk
    chunks = try stride(from: 0, to: rows.count, by: size).map { start in
      try Case.batch(reader, .train, rows: Array(rows[start..<min(start + size, rows.count)]), placement: placement)
    }
    chunksPerStep = min(configuration.batchSize.map { $0 / size } ?? chunks.count, chunks.count)
    symmetries = configuration.symmetries
    self.seed = seed
  }

  /// Whether every step sees all samples, so that the losses of different steps compare.
  var isFullBatch: Bool { chunksPerStep == chunks.count && symmetries.isEmpty }

  /// The chunks of a step, each replaced by a random equivalent where symmetries are asked for.
  func chunks(step: Int) throws -> [Case.Batch] {
    let chosen = visited(step: step)
    if symmetries.isEmpty { return chosen }
    return try chosen.enumerated().map { position, chunk in
      var random = KeyedRandom(
        seed: seed, stream: "train/symmetries", index: UInt64(step * chunksPerStep + position))
      return try Case.transformed(chunk, by: symmetries, random: &random)
    }
  }

  private func visited(step: Int) -> [Case.Batch] {
    if chunksPerStep == chunks.count { return chunks }
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

  /// How many iterations without gradient a step makes first.
  func offset(step: Int, _ stage: TrainingConfiguration.Stage) -> Int {
    var random = KeyedRandom(seed: seed, stream: "train/untracked", index: UInt64(step))
    return stage.untrackedIterations == 0 ? 0 : random.integer(below: stage.untrackedIterations + 1)
  }
}
