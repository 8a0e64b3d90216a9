import Equilibrium
import Foundation
import StudyKit
import Support
import Torch

/// The mean loss over a batch and its gradient, chunk by chunk on worker threads.
///
/// The batch is cut into chunks of fixed size, whose gradients are added up in the order of the chunks. So the result does not
/// depend on the number of threads, memory is that of the chunks under way, and small problems stay in cache.
struct BatchGradient<Case: CaseStudy> {
  let model: Model<Case.Batch>
  let adjoint: AdjointConfiguration
  /// Unrolled steps, or the limit of the forward solver.
  let iterations: Int
  /// Iterations without gradient that come before, of the same solver; it starts anew behind them.
  var untrackedIterations = 0
  /// Iterations whose outputs have a loss; empty for the last one.
  var lossIterations: [Int] = []
  /// Where implicit models begin.
  var start = TrainingConfiguration.Start.usual
  /// Deviation of the noise that is added to every application of an implicit model; 0 for none.
  var pathNoise = 0.0
  /// What keeps the Jacobian of implicit models small.
  var penalties: [Penalty] = []
  let threads: Int
  /// The random numbers of the step.
  let random: StepRandom

  /// A penalty on the Jacobian, and its weight in the mean loss.
  struct Penalty: Sendable {
    var kind: JacobianPenalty.Kind
    var weight: Double

    /// What the directions are drawn from that it probes the Jacobian along.
    fileprivate var stream: String { kind == .frobenius ? "jacobian" : "spectral" }
  }

  struct Result: Sendable {
    var loss: Double
    /// In the order of the parameters.
    var gradients: [Tensor]
    /// Largest residual of the forward and backward solves over samples, relative; nil where none ran.
    var forwardResidual: Double?
    var backwardResidual: Double?
    /// Mean over samples of what each penalty is about, ||dG/dy||_F^2 / d or the squared spectral radius, as estimated.
    var squaredJacobians: [Double] = []
    /// The penalties that these are of.
    var penalties: [Penalty] = []
  }

  /// - Parameter chunks: the batch in pieces.
  func callAsFunction(_ chunks: [Case.Batch]) throws -> Result {
    let count = chunks.reduce(0) { $0 + $1.sampleCount }
    let parameters = model.module.parameters.tensors
    let parts = try concurrentMap(Array(chunks.enumerated()), threads: threads, shouldStop: { false }) { index, chunk in
      try part(index, chunk, share: 1 / Double(count), parameters)
    }
    return try Self.sum(parts)
  }

  /// The same for a batch of one chunk, on the calling thread.
  func callAsFunction(_ batch: Case.Batch) throws -> Result {
    try part(0, batch, share: 1 / Double(batch.sampleCount), model.module.parameters.tensors)
  }

  private static func sum(_ parts: [Result]) throws -> Result {
    guard var total = parts.first else { throw Failure(.bug, "a training step without samples") }
    for part in parts.dropFirst() {
      total.loss += part.loss
      total.gradients = try zip(total.gradients, part.gradients).map { try $0 + $1 }
      total.forwardResidual = larger(total.forwardResidual, part.forwardResidual)
      total.backwardResidual = larger(total.backwardResidual, part.backwardResidual)
      total.squaredJacobians = zip(total.squaredJacobians, part.squaredJacobians).map { $0 + $1 }
    }
    return total
  }

  /// One chunk's contribution to the mean.
  private func part(_ index: Int, _ batch: Case.Batch, share: Double, _ parameters: [Tensor]) throws -> Result {
    func weighted(_ output: Tensor) throws -> Tensor {
      try batch.requireOneOfEach(Case.losses(output, batch), "losses").sum() * share
    }
    switch model {
    case .explicit(let network):
      var random = random.stream("random/\(index)")
      let loss = try weighted(network.trainingOutput(batch, random: &random))
      let gradients = try Autograd.gradients(of: [loss], withRespectTo: parameters)
      return Result(loss: try loss.scalar(), gradients: gradients)
    case .implicit(let network):
      return try implicit(network, index, batch, share, parameters, weighted)
    }
  }

  private func implicit<Network: ImplicitModel>(
    _ network: Network, _ index: Int, _ batch: Network.Batch, _ share: Double, _ parameters: [Tensor],
    _ loss: (Tensor) throws -> Tensor
  ) throws -> Result where Network.Batch == Case.Batch {
    let context = try network.inject(batch)
    var state =
      switch start {
      case .usual: try network.initialState(context)
      case .random(let start):
        try start.state(of: network, context, random: random.starts(chunk: index, count: batch.sampleCount))
      }
    var noise = random.stream("noise/\(index)")
    func step(_ state: Tensor) throws -> Tensor {
      let next = try network.step(state, context)
      return pathNoise == 0 ? next : try next + noise.normals(like: next) * pathNoise
    }
    if untrackedIterations > 0 {
      state = try Autograd.withoutTracking { try self.adjoint.iteration.iterate(untrackedIterations, of: step, from: state) }
    }
    let (forward, adjoint) = adjoint.resolved(iterations: iterations)
    let gradient = try equilibriumGradient(
      of: step, from: state, parameters: parameters, forward: forward, adjoint: adjoint,
      penalties: penalties.map { penalty in
        JacobianPenalty(weight: penalty.weight * share, kind: penalty.kind) {
          try random.probe(penalty.stream, chunk: index, like: $0)
        }
      }, lossSteps: lossIterations, loss: { try loss(network.readout($0, context)) })
    return Result(
      loss: try gradient.loss.scalar(), gradients: gradient.gradients,
      forwardResidual: gradient.forward.flatMap(largestResidual),
      backwardResidual: gradient.backward.flatMap(largestResidual),
      squaredJacobians: try gradient.squaredJacobians.map { try $0.scalar() * share }, penalties: penalties)
  }
}

private func larger(_ a: Double?, _ b: Double?) -> Double? {
  guard let a, let b else { return a ?? b }
  return a.isNaN || a > b ? a : b
}

private func largestResidual(_ solution: Solution<Tensor>) -> Double? {
  solution.relativeResiduals.compactMap(\.last).reduce(nil) { larger($0, $1) }
}
