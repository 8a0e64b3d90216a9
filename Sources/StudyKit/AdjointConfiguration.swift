import Configuration
import Equilibrium

/// The adjoint of a training, without the number of iterations, which each phase sets.
public struct AdjointConfiguration: Equatable, Sendable {
  /// Which of the settings below count.
  public var name: AdjointName
  /// Finds y* for all adjoints but the unrolled one; its iteration limit is the phase's.
  public var solver: SolverSettings
  /// Settings of the implicit adjoint: its own solver, and where the loss is taken.
  public var implicit: ImplicitAdjoint
  /// Settings of the phantom gradient.
  public var phantom: PhantomAdjoint
  /// Damping of the Picard iteration that is unrolled.
  public var unrolled: Picard

  /// The adjoint of a name; settings of the others are kept and do not count.
  public init(
    _ name: AdjointName, solver: SolverSettings = SolverSettings(), implicit: ImplicitAdjoint = ImplicitAdjoint(),
    phantom: PhantomAdjoint = PhantomAdjoint(), unrolled: Picard = Picard()
  ) {
    self.name = name
    self.solver = solver
    self.implicit = implicit
    self.phantom = phantom
    self.unrolled = unrolled
  }

  /// Reads a section such as `adjoint: {name: phantom, steps: 3, solver: {name: anderson}}`.
  init(reading section: ConfigurationSection) throws {
    self.init(.unrolled)
    let defaults = self
    name = try section.variant("name", default: defaults.name, "gradient through the iteration") { name in
      if name == .unrolled {
        unrolled.damping = try section.number(
          "damping", default: defaults.unrolled.damping, in: .above(0, through: 1),
          "y <- (1 - damping) y + damping G(y), in every iteration; the sweep's solver should have the same")
      } else {
        solver = try SolverSettings(
          reading: section.section("solver", "finds the equilibrium, in at most the `iterations` of the phase"),
          limitedBy: "training.phases.N.iterations")
      }
      if name == .implicit {
        implicit.solver = try SolverSettings(reading: section.section("backward", "solves u = (dG/dy)' u + dL/dy"))
        implicit.lossPoint = try section.choice(
          "loss_at", default: defaults.implicit.lossPoint,
          "the loss is taken at the equilibrium, or at one more application of the model")
      }
      if name == .phantom {
        phantom.steps = try section.integer("steps", default: defaults.phantom.steps, in: 1...1000, "differentiated steps")
        phantom.damping = try section.number(
          "damping", default: defaults.phantom.damping, in: .above(0, through: 1), "z <- (1 - damping) z + damping G(z)")
      }
      return name
    }
    try section.finish()
  }

  /// What finds the next iterate in training.
  package var iteration: Solver { name == .unrolled ? .picard(unrolled) : solver.solver }

  /// The adjoint and the forward solve of a phase that trains with this many iterations.
  package func resolved(iterations: Int) -> (forward: SolverSettings, adjoint: Adjoint) {
    var forward = solver
    forward.stopping.maximumIterations = iterations
    let adjoint: Adjoint =
      switch name {
      case .unrolled: .unrolled(steps: iterations, damping: unrolled.damping)
      case .implicit: .implicit(implicit)
      case .phantom: .phantom(phantom)
      case .jacobianFree: .jacobianFree
      }
    return (forward, adjoint)
  }
}
