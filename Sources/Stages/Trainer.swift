import Foundation
import StudyKit
import Support
import Torch

/// Trains one model: phases of Adam on the mean loss, with rollback to the best parameters, checkpoints, and interruption
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
    let first = configuration.phases[0]
    state = TrainingState(learningRate: first.learningRate, bestParameters: parameters.tensors)
    if configuration.averaging != nil { state.average = parameters.tensors }
    optimizer = try Self.optimizer(parameters, first)
  }

  private static func optimizer(_ parameters: NamedParameters, _ phase: TrainingConfiguration.Phase) throws -> Adam {
    try Adam(parameters, .init(learningRate: phase.learningRate, weightDecay: phase.weightDecay))
  }

  /// A model without parameters is finished before it begins.
  var isFinished: Bool { state.phase >= configuration.phases.count || parameters.isEmpty }

  /// Continues from a checkpoint.
  func restore(_ saved: TrainingState, parameters values: [Tensor], _ adam: Adam.State) throws {
    state = saved
    try assign(values)
    if !isFinished { optimizer = try Self.optimizer(parameters, configuration.phases[saved.phase]) }
    try optimizer.restore(adam)
  }

  private func assign(_ values: [Tensor]) throws {
    for (entry, value) in zip(parameters.entries, values) { try entry.parameter.assign(value) }
  }

  /// One optimizer step; at the end of a phase, back to its best parameters and on to the next.
  ///
  /// - Throws: `Failure` (diverged) when the loss is not finite.
  func step() throws {
    guard !isFinished else { throw Failure(.bug, "a training step behind the last one") }
    let phase = configuration.phases[state.phase]
    let rate = state.learningRate * phase.schedule.factor(step: state.phaseStep, of: phase.steps)
    let gradient = try gradient(phase)
    try record(gradient, rate)
    if gradient.loss < state.bestLoss {
      state.bestLoss = gradient.loss
      if configuration.validation == nil { state.bestParameters = parameters.tensors }
    }
    // A blow-up is told by a factor that the configuration chooses, with room for the spread of losses that do not quite compare
    // (mini-batches, random iterations): so a rollback does not ask whether they do.
    if let rollback = phase.rollback, gradient.loss > rollback.threshold * state.bestLoss,
      state.learningRate > rollback.floor
    {
      try assign(state.bestParameters)
      state.learningRate *= rollback.factor
    } else {
      optimizer.settings.learningRate = rate
      try optimizer.step(phase.gradientClip.map { try clipped(gradient.gradients, toNorm: $0) } ?? gradient.gradients)
    }
    state.step += 1
    state.phaseStep += 1
    try average()
    if let validation = configuration.validation,
      state.phaseStep.isMultiple(of: validation.every) || state.phaseStep == phase.steps
    {
      try validate(validation, phase)
    }
    if state.phaseStep == phase.steps { try endPhase() }
  }

  /// w <- b w + (1 - b) (the parameters), where weights are averaged. In the first n steps b is at most (1 + n) / (10 + n), so that the
  /// random initial weights do not stay in the mean for long.
  private func average() throws {
    guard let averaging = configuration.averaging, let average = state.average else { return }
    let weight = 1 - min(averaging, Double(1 + state.step) / Double(10 + state.step))
    state.average = try Autograd.withoutTracking {
      try zip(average, parameters.tensors).map { try $0.lerp(to: $1.detached(), weight: weight) }
    }
  }

  /// Whether the last step of a phase came to a lower loss than any before: a step's loss is that of the parameters it starts from.
  private func isLastBest(_ phase: TrainingConfiguration.Phase) throws -> Bool {
    guard configuration.validation == nil, configuration.averaging == nil else { return false }
    let loss = try gradient(phase).loss
    return loss.isFinite && loss < state.bestLoss
  }

  /// The loss of the present parameters and its gradient, over the samples of the next step.
  private func gradient(_ phase: TrainingConfiguration.Phase) throws -> BatchGradient<Case>.Result {
    var penalties: [BatchGradient<Case>.Penalty] = []
    if phase.jacobianWeight > 0 { penalties.append(.init(kind: .frobenius, weight: phase.jacobianWeight)) }
    if phase.spectralWeight > 0 {
      penalties.append(.init(kind: .spectralRadius(steps: phase.spectralSteps), weight: phase.spectralWeight))
    }
    return try BatchGradient<Case>(
      model: model, adjoint: phase.adjoint, iterations: phase.iterations,
      untrackedIterations: data.untrackedIterations(inStep: state.step, of: phase),
      lossIterations: phase.lossIterations, start: configuration.start, pathNoise: configuration.pathNoise, penalties: penalties,
      threads: threads, random: data.random(step: state.step)
    )(data.chunks(step: state.step, phase, threads: threads))
  }

  private func validate(_ validation: TrainingConfiguration.Validation, _ phase: TrainingConfiguration.Phase) throws {
    let own = parameters.tensors
    if let average = state.average { try assign(average) }
    let measured = parameters.tensors
    let error = try data.validationError(
      of: model, solver: phase.adjoint.iteration,
      iterations: validation.iterations ?? phase.iterations + phase.untrackedIterations, threads: threads)
    if state.average != nil { try assign(own) }
    state.history.validationError[state.step - 1] = error
    guard error < state.bestValidation else { return }
    state.bestValidation = error
    state.bestParameters = measured
  }

  private func record(_ gradient: BatchGradient<Case>.Result, _ rate: Double) throws {
    guard gradient.loss.isFinite else {
      let phase = configuration.phases[state.phase]
      guard state.step > 0 else {
        throw Failure(
          .diverged,
          "the loss is \(gradient.loss.isNaN ? "NaN" : "infinite") at the first step, before any parameter was changed",
          at: phase.location,
          remedy:
            "it comes from the data, the initial weights or the iteration, not from the learning rate: `implicit-inspect` shows the range of each "
            + "field; scale large values, or damp the iteration or make fewer steps of it")
      }
      throw Failure(
        .diverged,
        "training.phases.\(state.phase): expected a finite loss, found \(gradient.loss.isNaN ? "NaN" : "infinity") at step "
          + "\(state.step)",
        at: phase.location,
        remedy: "lower training.phases.\(state.phase).learning_rate"
          + (phase.rollback == nil ? ", or give the phase a rollback" : ""))
    }
    state.history.loss.append(gradient.loss)
    state.history.learningRate.append(rate)
    state.history.forwardResidual.append(gradient.forwardResidual ?? .nan)
    state.history.backwardResidual.append(gradient.backwardResidual ?? .nan)
    state.history.validationError.append(.nan)
    let roots = zip(gradient.penalties, gradient.squaredJacobians).map { (kind: $0.kind, value: $1.squareRoot()) }
    state.history.jacobian.append(roots.first { $0.kind == .frobenius }?.value ?? .nan)
    state.history.spectralRadius.append(roots.first { $0.kind != .frobenius }?.value ?? .nan)
  }

  /// Keeps the parameters with the lowest validation error of this phase, or with the lowest loss where losses of different steps
  /// compare; the last ones, where they do not or no validation gave a number. Where weights are averaged, the averaged ones.
  private func endPhase() throws {
    let phase = configuration.phases[state.phase]
    let isRanked =
      configuration.validation == nil
      ? configuration.averaging == nil && data.lossesCompare(in: phase, of: model) : state.bestValidation < .infinity
    if isRanked {
      if try !isLastBest(phase) { try assign(state.bestParameters) }
    } else if let average = state.average {
      try assign(average)
    }
    if state.average != nil { state.average = parameters.tensors }
    state.phase += 1
    state.phaseStep = 0
    state.bestLoss = .infinity
    state.bestValidation = .infinity
    guard !isFinished else { return }
    state.learningRate = configuration.phases[state.phase].learningRate
    optimizer = try Self.optimizer(parameters, configuration.phases[state.phase])
  }
}
