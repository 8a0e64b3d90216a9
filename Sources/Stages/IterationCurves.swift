import Equilibrium
import StudyKit
import Torch

/// What one iteration of a batch gives at the iterates 0 ... K, and where it ends.
struct IterationCurves {
  /// `[sample][k]`; infinite from where a value was met that is not finite.
  private(set) var error: [[Double]]
  /// ||G(y) - y|| / ||G(y)||, as `error`.
  private(set) var relativeResidual: [[Double]]
  /// Evaluations of the map so far.
  private(set) var evaluations: [[Double]]
  /// y_K, `[B, ...]`; a sample that met such a value stands where it was before.
  let last: Tensor

  /// Makes exactly the steps of the settings from a start, `[B, ...]`.
  init<Case: CaseStudy, Network: ImplicitModel>(
    _: Case.Type, of network: Network, _ context: Network.Context, _ batch: Case.Batch, from start: Tensor,
    _ settings: SolverSettings
  ) throws {
    error = Array(repeating: [], count: batch.sampleCount)
    (relativeResidual, evaluations) = (error, error)
    var iteration = try FixedPointIteration(from: start, settings: settings) { try network.step($0, context) }
    for step in 0...settings.stopping.maximumIterations {
      if step > 0 { _ = try iteration.advance { try network.step($0, context) } }
      let iterate = iteration.iterate
      let errors = try Case.error(network.readout(iterate.state, context), batch)
      for sample in errors.indices {
        let isFinite = errors[sample].isFinite && iterate.statuses[sample] != .nonFinite
        error[sample].append(isFinite ? errors[sample] : .infinity)
        relativeResidual[sample].append(isFinite ? iterate.relativeResiduals[sample] : .infinity)
        evaluations[sample].append(Double(iteration.evaluations[sample]))
      }
    }
    last = iteration.iterate.state
  }
}
