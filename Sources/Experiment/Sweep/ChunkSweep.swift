import Equilibrium
import Foundation
import Torch

/// Curves of some samples over the iterates 0 ... K.
struct SweepCurvesOfSamples: Sendable {
  /// `[sample][k]`
  var error: [[Double]] = []
  var residual: [[Double]] = []
  /// `[perturbation][sample][k]`, NaN where the perturbed problem has no solution.
  var lipschitzRatio: [[[Double]]] = []
  var perturbedError: [[[Double]]] = []
  /// `[quality][sample][k]`
  var qualities: [[[Double]]] = []
  /// Local Lipschitz constants of the first samples of the sweep, when they are asked for.
  var localLipschitz = LocalLipschitz.Values()
  /// How the solve ended, per sample; empty for explicit models.
  var statuses: [SolveStatus] = []
  /// `[k][sample, ...]`, when they are asked for.
  var outputs: [Tensor] = []
}

/// Measures one model on one chunk of samples: clean and perturbed inputs go through the iteration side by side, in one pass.
struct ChunkSweep<Case: CaseStudy> {
  let model: Model<Case.Batch>
  let solver: SolverSettings
  let perturbations: [any InputPerturbation<Case.Batch>]
  let keepsOutputs: Bool

  /// - Parameter perturbed: the samples under each of the perturbations.
  func callAsFunction(
    _ clean: Case.Batch, _ perturbed: [PerturbedBatch<Case.Batch>]
  ) throws -> SweepCurvesOfSamples {
    try Autograd.withoutTracking {
      var curves = SweepCurvesOfSamples()
      curves.error = Array(repeating: [], count: clean.sampleCount)
      curves.lipschitzRatio = Array(repeating: curves.error, count: perturbed.count)
      curves.perturbedError = curves.lipschitzRatio
      curves.qualities = Array(repeating: curves.error, count: Case.qualities.count)
      switch model {
      case .explicit(let network):
        try add(network.predict(clean), clean, perturbed, &curves) { try network.predict($0) }
      case .implicit(let network): try iterate(network, clean, perturbed, &curves)
      }
      return curves
    }
  }

  private func iterate<Network: ImplicitModel>(
    _ network: Network, _ clean: Case.Batch, _ perturbed: [PerturbedBatch<Case.Batch>],
    _ curves: inout SweepCurvesOfSamples
  ) throws where Network.Batch == Case.Batch {
    let runs = try ([clean] + perturbed.map(\.batch)).map { batch in
      let context = try network.inject(batch)
      let iteration = try FixedPointIteration(from: network.initialState(context), settings: solver) {
        try network.step($0, context)
      }
      return (context, iteration)
    }
    var iterations = runs.map(\.1)
    let contexts = runs.map(\.0)
    curves.residual = curves.error
    for iteration in 0...solver.stopping.maximumIterations {
      let outputs = try zip(iterations, contexts).map { try network.readout($0.iterate.state, $1) }
      try add(outputs[0], clean, perturbed, Array(outputs.dropFirst()), &curves)
      for (sample, value) in iterations[0].iterate.residuals.enumerated() { curves.residual[sample].append(value) }
      guard iteration < solver.stopping.maximumIterations else { break }
      for index in iterations.indices {
        let context = contexts[index]
        // Where all samples have stopped, as non-finite ones do, the iterate stays: every curve has K + 1 values.
        _ = try iterations[index].advance(map: { try network.step($0, context) })
      }
    }
    curves.statuses = iterations[0].solution.statuses
  }

  private func add(
    _ output: Tensor, _ clean: Case.Batch, _ perturbed: [PerturbedBatch<Case.Batch>],
    _ curves: inout SweepCurvesOfSamples, _ predict: (Case.Batch) throws -> Tensor
  ) throws {
    try add(output, clean, perturbed, perturbed.map { try predict($0.batch) }, &curves)
  }

  /// Appends the values of one iterate to all curves.
  private func add(
    _ output: Tensor, _ clean: Case.Batch, _ perturbed: [PerturbedBatch<Case.Batch>], _ others: [Tensor],
    _ curves: inout SweepCurvesOfSamples
  ) throws {
    for (sample, value) in try Case.errors(output, clean).doubles().enumerated() { curves.error[sample].append(value) }
    for (number, quality) in Case.qualities.enumerated() {
      for (sample, value) in try quality.values(output, clean).doubles().enumerated() {
        curves.qualities[number][sample].append(value)
      }
    }
    for (kind, (changed, other)) in zip(perturbed, others).enumerated() {
      let ratios = try perturbations[kind].ratios(between: output, and: other, distances: changed.distances)
      let errors = try Case.errors(other, changed.batch).doubles()
      for sample in ratios.indices {
        let isSolved = changed.isSolved[sample]
        curves.lipschitzRatio[kind][sample].append(isSolved ? ratios[sample] : .nan)
        curves.perturbedError[kind][sample].append(isSolved ? errors[sample] : .nan)
      }
    }
    if keepsOutputs { curves.outputs.append(output) }
  }
}

/// What one sample costs: floating-point operations and wall time from the input to the output of each iterate.
struct SampleCost {
  /// `[k]`
  var flops: [Double]
  var seconds: [Double]

  /// Measured on one batch, on the calling thread, after one pass to warm up.
  init<Case: CaseStudy>(
    of model: Model<Case.Batch>, case: Case.Type, on batch: Case.Batch, solver: SolverSettings, device: Device
  ) throws {
    let share = 1 / Double(batch.sampleCount)
    func timed<Value>(_ body: () throws -> Value) throws -> (value: Value, seconds: Double) {
      let start = ContinuousClock.now
      let value = try body()
      try Runtime.synchronize(device)
      return (value, (ContinuousClock.now - start) / .seconds(1) * share)
    }
    func implicit<Network: ImplicitModel>(_ network: Network) throws -> (flops: [Double], seconds: [Double])
    where Network.Batch == Case.Batch {
      let (context, injectFlops) = try Runtime.countingFlops { try network.inject(batch) }
      let start = try network.initialState(context)
      let (_, stepFlops) = try Runtime.countingFlops { try network.step(start, context) }
      let (_, readoutFlops) = try Runtime.countingFlops { try network.readout(start, context) }
      let inject = try timed { try network.inject(batch) }.seconds
      let readout = try timed { try network.readout(start, context) }.seconds
      // The residual costs one evaluation beyond the iterate, so iterate k is there after the first k evaluations.
      let first = try timed {
        try FixedPointIteration(from: start, settings: solver) { try network.step($0, context) }
      }
      var iteration = first.value
      var seconds = [inject + readout]
      var elapsed = inject + first.seconds
      for _ in 0..<solver.stopping.maximumIterations {
        seconds.append(elapsed + readout)
        elapsed += try timed { try iteration.advance(map: { try network.step($0, context) }) }.seconds
      }
      let flops = seconds.indices.map { (injectFlops + readoutFlops + Double($0) * stepFlops) * share }
      return (flops, seconds)
    }
    (flops, seconds) = try Autograd.withoutTracking {
      switch model {
      case .explicit(let network):
        let (_, count) = try Runtime.countingFlops { try network.predict(batch) }
        return ([count * share], [try timed { try network.predict(batch) }.seconds])
      case .implicit(let network): return try implicit(network)
      }
    }
  }
}
