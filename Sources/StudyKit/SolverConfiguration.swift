import Configuration
import Equilibrium

/// Fixed-point solvers and adjoints from a configuration.
extension SolverSettings {
  /// Reads a section such as
  ///
  ///     solver: {name: anderson, window: 5, iterations: 30, tolerance: 1e-6}
  ///
  /// - Parameters:
  ///   - iterations: the limit, where the section does not give one; nil for the section's own default.
  ///   - exact: K steps exactly: the section has no tolerance.
  public init(
    reading section: ConfigurationSection, iterations: Int? = nil, exact: Bool = false
  ) throws {
    let solver: Solver = try section.variant("name", default: SolverKind.picard, "fixed-point solver") { kind in
      switch kind {
      case .picard:
        return .picard(
          Picard(
            damping: try section.number(
              "damping", default: 1, in: .above(0, through: 1), "y <- (1 - damping) y + damping G(y)")))
      case .anderson:
        let window = try section.integer("window", default: 5, in: 1...100, "iterates that are combined")
        let mixing = try section.number("mixing", default: 1, in: .above(0, through: 1), "weight of G in the combination")
        let factor = try section.number(
          "regularization", default: 1e-12, in: 0..., "added to the diagonal of the least-squares problem")
        let isRelative = try section.boolean(
          "regularization_is_relative", default: true, "to the diagonal; public implementations add an absolute 1e-4")
        return .anderson(
          Anderson(window: window, mixing: mixing, regularization: isRelative ? .relative(factor) : .absolute(factor)))
      case .broyden:
        let memory = try section.integer("memory", default: 30, in: 1...10_000, "rank-one updates that are kept")
        let lineSearch = try section.boolean("line_search", default: false, "backtrack where the residual does not fall")
        return .broyden(Broyden(memory: memory, lineSearch: lineSearch))
      }
    }
    if exact, let iterations {
      self.init(solver, stopping: .exactly(iterations))
    } else {
      let limit = try section.integer("iterations", default: iterations ?? 50, in: 1...1_000_000, "iteration limit")
      let tolerance = try section.number(
        "tolerance", default: 1e-6, in: 0..., "a sample stops when its residual is below this")
      let mode = try section.choice(
        "mode", default: StoppingCriteria.ToleranceMode.relative, "the residual is divided by ||G(y)||, or not")
      let returning = try section.choice(
        "returning", default: ReturnedIterate.last,
        "the last iterate, each sample's one with the lowest residual, or that of the whole batch as in FNO-DEQ's published code")
      self.init(
        solver, stopping: StoppingCriteria(maximumIterations: limit, tolerance: tolerance, mode: mode), returning: returning)
    }
    try section.finish()
    try validate()
  }
}

/// How training differentiates through the iteration, by its name in the configuration.
public enum AdjointName: String, CaseIterable, Sendable {
  case unrolled, implicit, phantom
  case jacobianFree = "jacobian-free"
}

/// The adjoint of a training, without the number of unrolled steps, which each phase sets.
public struct AdjointConfiguration: Equatable, Sendable {
  public var name: AdjointName
  /// Finds y* for all adjoints but the unrolled one; its iteration limit is the phase's.
  public var solver: SolverSettings
  /// The adjoint's own solver (implicit) and steps (phantom).
  public var backward: SolverSettings
  /// Where the implicit adjoint takes the loss.
  public var lossPoint: ImplicitAdjoint.LossPoint
  public var phantom: PhantomAdjoint
  /// Of the Picard iteration that is unrolled.
  public var unrolledDamping: Double

  init(reading section: ConfigurationSection) throws {
    var solver = SolverSettings(.picard(Picard()), stopping: StoppingCriteria())
    var backward = SolverSettings(.anderson(Anderson()), stopping: StoppingCriteria())
    var lossPoint = ImplicitAdjoint.LossPoint.equilibrium
    var phantom = PhantomAdjoint()
    var unrolledDamping = 1.0
    name = try section.variant("name", default: AdjointName.unrolled, "gradient through the iteration") { name in
      if name == .unrolled {
        unrolledDamping = try section.number(
          "damping", default: 1, in: .above(0, through: 1),
          "y <- (1 - damping) y + damping G(y), in every iteration; the sweep's solver should have the same")
      } else {
        solver = try SolverSettings(reading: section.section("solver", "finds the equilibrium; `iterations` is the phase's"))
      }
      if name == .implicit {
        backward = try SolverSettings(reading: section.section("backward", "solves u = (dG/dy)' u + dL/dy"))
        lossPoint = try section.choice(
          "loss_at", default: .equilibrium, "the loss is taken at the equilibrium, or at one more application of the model")
      }
      if name == .phantom {
        phantom.steps = try section.integer("steps", default: 3, in: 1...1000, "differentiated steps")
        phantom.damping = try section.number(
          "damping", default: 0.8, in: .above(0, through: 1), "z <- (1 - damping) z + damping G(z)")
      }
      return name
    }
    self.solver = solver
    self.backward = backward
    self.lossPoint = lossPoint
    self.phantom = phantom
    self.unrolledDamping = unrolledDamping
    try section.finish()
  }

  /// What finds the next iterate in training.
  package var iteration: Solver { name == .unrolled ? .picard(Picard(damping: unrolledDamping)) : solver.solver }

  /// The adjoint and the forward solve of a phase that trains with this many iterations.
  package func resolved(iterations: Int) -> (forward: SolverSettings, adjoint: Adjoint) {
    var forward = solver
    forward.stopping.maximumIterations = iterations
    let adjoint: Adjoint =
      switch name {
      case .unrolled: .unrolled(steps: iterations, damping: unrolledDamping)
      case .implicit: .implicit(ImplicitAdjoint(solver: backward, lossPoint: lossPoint))
      case .phantom: .phantom(phantom)
      case .jacobianFree: .jacobianFree
      }
    return (forward, adjoint)
  }
}
