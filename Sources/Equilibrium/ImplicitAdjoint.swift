/// Settings of the implicit adjoint.
public struct ImplicitAdjoint: Equatable, Sendable {
  /// Where the loss sees the state.
  public enum LossPoint: String, CaseIterable, Sendable {
    /// At y* as the solver returned it; the Jacobian is taken there.
    case equilibrium
    /// At G(y*), the value of the one tracked application; the Jacobian is taken there, which costs one more
    /// application. The convention of deepinv's equilibrium models.
    case application
  }

  /// Solves u = (dG/dy)' u + dL/dy, per sample, from u = dL/dy.
  public var solver: SolverSettings
  /// Which of the two the loss is a function of.
  public var lossPoint: LossPoint

  /// By default plain iteration, for maps that contract; the loss at the equilibrium.
  public init(solver: SolverSettings = SolverSettings(), lossPoint: LossPoint = .equilibrium) {
    self.solver = solver
    self.lossPoint = lossPoint
  }
}
