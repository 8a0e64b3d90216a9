import Equilibrium
import Records
import StudyKit
import Torch

/// Measures one model on one chunk of samples: clean and perturbed inputs go through the iteration side by side, in one pass.
struct ChunkSweep<Case: CaseStudy> {
  let model: Model<Case.Batch>
  let solver: SolverSettings
  let perturbations: [any InputPerturbation<Case.Batch>]
  let keepsOutputs: Bool

  /// - Parameter perturbed: the samples under each of the perturbations.
  func callAsFunction(
    _ clean: Case.Batch, _ perturbed: [PerturbedBatch<Case.Batch>]
  ) throws -> SweepSamples {
    try Autograd.withoutTracking {
      var curves = SweepSamples()
      var outputs: [Tensor] = []
      curves.error = Array(repeating: [], count: clean.sampleCount)
      curves.lipschitzRatio = Array(repeating: curves.error, count: perturbed.count)
      curves.perturbedError = curves.lipschitzRatio
      curves.qualities = Array(repeating: curves.error, count: Case.qualities.count)
      switch model {
      case .explicit(let network):
        let others = try perturbed.map { try network.predict($0.batch) }
        try add(network.predict(clean), clean, perturbed, others, &curves, &outputs)
      case .implicit(let network): try iterate(network, clean, perturbed, &curves, &outputs)
      }
      if !outputs.isEmpty { curves.outputs = try SweepSamples.Outputs(Tensor.stacked(outputs, dimension: 1)) }
      return curves
    }
  }

  private func iterate<Network: ImplicitModel>(
    _ network: Network, _ clean: Case.Batch, _ perturbed: [PerturbedBatch<Case.Batch>],
    _ curves: inout SweepSamples, _ outputs: inout [Tensor]
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
      let found = try zip(iterations, contexts).map { try network.readout($0.iterate.state, $1) }
      try add(found[0], clean, perturbed, Array(found.dropFirst()), &curves, &outputs)
      for (sample, value) in iterations[0].iterate.residuals.enumerated() { curves.residual[sample].append(value) }
      guard iteration < solver.stopping.maximumIterations else { break }
      for index in iterations.indices {
        let context = contexts[index]
        // Where all samples have stopped, as non-finite ones do, the iterate stays: every curve has K + 1 values.
        _ = try iterations[index].advance(map: { try network.step($0, context) })
      }
    }
    curves.statuses = iterations[0].solution.statuses.map(SampleStatus.init)
  }

  /// Appends the values of one iterate to all curves.
  private func add(
    _ output: Tensor, _ clean: Case.Batch, _ perturbed: [PerturbedBatch<Case.Batch>], _ others: [Tensor],
    _ curves: inout SweepSamples, _ outputs: inout [Tensor]
  ) throws {
    for (sample, value) in try Case.error(output, clean).enumerated() { curves.error[sample].append(value) }
    for (number, quality) in Case.qualities.enumerated() {
      for (sample, value) in try quality(output, clean).enumerated() {
        curves.qualities[number][sample].append(value)
      }
    }
    for (kind, (changed, other)) in zip(perturbed, others).enumerated() {
      let ratios = try perturbations[kind].ratios(between: output, and: other, distances: changed.distances)
      let errors = try Case.error(other, changed.batch)
      for sample in ratios.indices {
        let isSolved = changed.isSolved[sample]
        curves.lipschitzRatio[kind][sample].append(isSolved ? ratios[sample] : .nan)
        curves.perturbedError[kind][sample].append(isSolved ? errors[sample] : .nan)
      }
    }
    if keepsOutputs { outputs.append(output) }
  }
}

extension SweepSamples.Outputs {
  /// - Parameter outputs: `[B, K, ...]`
  init(_ outputs: Tensor) throws {
    self.init(
      shape: outputs.shape, values: outputs.type == .float32 ? .single(try outputs.floats()) : .real(try outputs.doubles()))
  }
}

extension SampleStatus {
  init(_ status: SolveStatus) {
    self =
      switch status {
      case .converged: .converged
      case .iterationLimit: .iterationLimit
      case .diverged: .diverged
      case .nonFinite: .nonFinite
      }
  }
}
