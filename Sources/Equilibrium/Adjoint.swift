/// How the gradient of a loss passes through the equilibrium y* = G(y*, x), whatever solver found it.
///
///     let adjoint = Adjoint.implicit(ImplicitAdjoint(solver: SolverSettings(.anderson(Anderson()))))
public enum Adjoint: Equatable, Sendable {
  /// The implicit function theorem: exact at the fixed point, memory of one application of G.
  case implicit(ImplicitAdjoint)
  /// A few damped steps from y*, differentiated (Geng et al., "On training implicit models", NeurIPS 2021): approximate.
  case phantom(PhantomAdjoint)
  /// One application of G at y*, differentiated (Fung et al., "JFB: Jacobian-free backpropagation for implicit
  /// networks", AAAI 2022): the phantom gradient with one undamped step.
  case jacobianFree
  /// Picard iteration from the start, z <- (1 - damping) z + damping G(z), every step differentiated: memory grows with the
  /// steps. No solver runs.
  case unrolled(steps: Int, damping: Double = 1)

  /// - Throws: `EquilibriumError.invalidSetting` for the first setting outside its range.
  public func validate() throws {
    switch self {
    case .implicit(let implicit):
      try implicit.solver.validate()
    case .phantom(let phantom):
      try requirePositive(phantom.steps, name: "steps")
      try requireFraction(phantom.damping, name: "damping")
    case .jacobianFree: break
    case .unrolled(let steps, let damping):
      try requirePositive(steps, name: "steps")
      try requireFraction(damping, name: "damping")
    }
  }
}
