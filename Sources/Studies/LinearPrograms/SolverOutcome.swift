import CClp

/// What became of solving a linear program.
public enum SolverOutcome: Equatable, Sendable {
  case optimal(PrimalDualPoint)
  /// No x satisfies the constraints and bounds.
  case infeasible
  /// The objective falls without limit; impossible while all bounds are finite.
  case unbounded
  /// `ClpSolver.iterationLimit` was reached.
  case iterationLimit
  /// Clp gave up for a numerical reason.
  case failed

  /// The point, if it is optimal.
  public var optimum: PrimalDualPoint? {
    if case .optimal(let point) = self { point } else { nil }
  }
}
