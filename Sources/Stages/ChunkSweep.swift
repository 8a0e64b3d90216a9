import Equilibrium
import Foundation
import Records
import StudyKit
import Torch

/// Measures one model on one chunk of samples: clean and perturbed inputs go through the iteration side by side, in one pass.
///
/// Exactly K steps are made. From the iterate on where a sample's map gives a value that is not finite, its error, ratios, perturbed
/// errors and residual are infinite, its qualities and outputs NaN: a quality may be better where it is larger. The same holds where
/// the output alone is not finite, as that of an explicit network may be. Of a perturbed problem whose own iteration fails, the ratio
/// and the error are infinite. A sample whose residual grows beyond `StoppingCriteria.defaultDivergenceThreshold` keeps its numbers,
/// and its status says that it diverged.
struct ChunkSweep<Case: CaseStudy> {
  let model: Model<Case.Batch>
  let solver: SolverSettings
  let perturbations: [any InputPerturbation<Case.Batch>]
  let keepsOutputs: Bool
  /// Other solvers to iterate with.
  var solvers: [Solver] = []

  /// The outputs of one iterate, and which samples have failed by then.
  private struct Outputs {
    let values: Tensor
    /// `[B]`
    let hasFailed: [Bool]
  }

  /// - Parameters:
  ///   - perturbed: the samples under each of the perturbations.
  ///   - starts: random starts of the first samples of the chunk; nil for none.
  func callAsFunction(
    _ clean: Case.Batch, _ perturbed: [PerturbedBatch<Case.Batch>], starts: StartSweep<Case>? = nil
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
        let found = try ([clean] + perturbed.map(\.batch)).map { batch in
          Outputs(values: try network.predict(batch), hasFailed: Array(repeating: false, count: batch.sampleCount))
        }
        try add(found[0], clean, perturbed, Array(found.dropFirst()), &curves, &outputs)
      case .implicit(let network):
        let last = try iterate(network, clean, perturbed, &curves, &outputs)
        if let starts { curves.starts = try starts.curves(of: network, solver, usual: last) }
        if !solvers.isEmpty { curves.solvers = try compared(network, clean) }
      }
      if !outputs.isEmpty { curves.outputs = try SweepSamples.Outputs(Tensor.stacked(outputs, dimension: 1)) }
      return curves
    }
  }

  /// - Returns: the last state.
  private func iterate<Network: ImplicitModel>(
    _ network: Network, _ clean: Case.Batch, _ perturbed: [PerturbedBatch<Case.Batch>],
    _ curves: inout SweepSamples, _ outputs: inout [Tensor]
  ) throws -> Tensor where Network.Batch == Case.Batch {
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
    curves.relativeResidual = curves.error
    // The last states, newest first: a cycle shows where the iteration ends.
    var last: [Tensor] = []
    for iteration in 0...solver.stopping.maximumIterations {
      let found = try zip(iterations, contexts).map { run, context in
        Outputs(
          values: try network.readout(run.iterate.state, context), hasFailed: run.iterate.statuses.map { $0 == .nonFinite })
      }
      try add(found[0], clean, perturbed, Array(found.dropFirst()), &curves, &outputs)
      let iterate = iterations[0].iterate
      for sample in iterate.residuals.indices {
        let hasFailed = found[0].hasFailed[sample]
        curves.residual[sample].append(hasFailed ? .infinity : iterate.residuals[sample])
        curves.relativeResidual[sample].append(hasFailed ? .infinity : iterate.relativeResiduals[sample])
      }
      last = [iterate.state] + last.prefix(LimitPeriod.longest)
      guard iteration < solver.stopping.maximumIterations else { break }
      for index in iterations.indices {
        let context = contexts[index]
        // Where all samples have stopped, as non-finite ones do, the iterate stays: every curve has K + 1 values.
        _ = try iterations[index].advance(map: { try network.step($0, context) })
      }
    }
    curves.limitPeriods = try limitPeriods(of: last, statuses: iterations[0].iterate.statuses)
    // No step was left out for it, but a residual that grew like this is that of an iteration that diverges.
    curves.statuses = zip(iterations[0].solution.statuses, iterations[0].residualGrowth).map { status, growth in
      status != .nonFinite && growth > StoppingCriteria.defaultDivergenceThreshold ? .diverged : SampleStatus(status)
    }
    curves.contractionFactors = zip(curves.residual, curves.relativeResidual).map {
      contractionFactor(residuals: $0, relativeResiduals: $1, epsilon: iterations[0].iterate.state.machineEpsilon)
    }
    return iterations[0].iterate.state
  }

  /// The curves of the other solvers, as many steps of each.
  private func compared<Network: ImplicitModel>(_ network: Network, _ batch: Case.Batch) throws -> SweepSamples.Solvers
  where Network.Batch == Case.Batch {
    let context = try network.inject(batch)
    var found = SweepSamples.Solvers()
    for solver in solvers {
      let curves = try IterationCurves(
        Case.self, of: network, context, batch, from: network.initialState(context),
        SolverSettings(solver, stopping: .exactly(self.solver.stopping.maximumIterations)))
      found.error.append(curves.error)
      found.relativeResidual.append(curves.relativeResidual)
      found.evaluations.append(curves.evaluations)
    }
    return found
  }

  /// - Parameter last: the last states `[B, ...]`, newest first.
  private func limitPeriods(of last: [Tensor], statuses: [SolveStatus?]) throws -> [LimitPeriod] {
    guard let newest = last.first else { return [] }
    let size = try newest.sampleNorms()
    let distances = try last.dropFirst().map { try ((newest - $0).sampleNorms() / size.clamped(atLeast: 1e-300)).doubles() }
    return statuses.enumerated().map { sample, status in
      status == .nonFinite ? .none : LimitPeriod(distances: distances.map { $0[sample] })
    }
  }

  /// Appends the values of one iterate to all curves.
  private func add(
    _ output: Outputs, _ clean: Case.Batch, _ perturbed: [PerturbedBatch<Case.Batch>], _ others: [Outputs],
    _ curves: inout SweepSamples, _ outputs: inout [Tensor]
  ) throws {
    let errors = try Case.error(output.values, clean)
    let hasFailed = zip(output.hasFailed, errors).map { $0 || !$1.isFinite }
    for (sample, value) in errors.enumerated() { curves.error[sample].append(hasFailed[sample] ? .infinity : value) }
    for (number, quality) in Case.qualities.enumerated() {
      for (sample, value) in try quality(output.values, clean).enumerated() {
        curves.qualities[number][sample].append(hasFailed[sample] ? .nan : value)
      }
    }
    for (kind, (changed, other)) in zip(perturbed, others).enumerated() {
      let ratios = try perturbations[kind].ratios(between: output.values, and: other.values, distances: changed.distances)
      let otherErrors = try Case.error(other.values, changed.batch)
      for sample in ratios.indices {
        let (ratio, error) = (ratios[sample], otherErrors[sample])
        let isLost = hasFailed[sample] || other.hasFailed[sample] || !error.isFinite
        let isSolved = changed.isSolved[sample]
        curves.lipschitzRatio[kind][sample].append(isSolved ? isLost ? .infinity : ratio : .nan)
        curves.perturbedError[kind][sample].append(isSolved ? isLost ? .infinity : error : .nan)
      }
    }
    if keepsOutputs { outputs.append(try output.values.blank(samplesWhere: output.hasFailed)) }
  }
}

/// The geometric mean of ||r_(t+1)|| / ||r_t|| over the last half of the iterations before rounding begins to count: before the relative
/// residual is below 1e-8, or 10 epsilon where that is larger; NaN where that leaves no step.
///
/// - Parameter epsilon: machine epsilon of the type that was iterated in.
func contractionFactor(residuals: [Double], relativeResiduals: [Double], epsilon: Double) -> Double {
  let end = relativeResiduals.firstIndex { $0 < max(1e-8, 10 * epsilon) } ?? residuals.count - 1
  let start = end / 2
  guard end > start, residuals[start] > 0, residuals[start].isFinite, residuals[end].isFinite else { return .nan }
  return pow(residuals[end] / residuals[start], 1 / Double(end - start))
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
