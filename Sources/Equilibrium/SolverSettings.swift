/// A solver, when it stops, and which iterate it returns.
///
///     let settings = SolverSettings(.anderson(Anderson(window: 3)), stopping: StoppingCriteria(maximumIterations: 30))
///     let solution = try fixedPoint(of: { try $0.cos() }, from: Tensor([0.5], shape: [1, 1]), settings: settings)
public struct SolverSettings: Equatable, Sendable {
  /// Which iterate becomes the solution's state.
  public enum ReturnedIterate: String, CaseIterable, Sendable {
    /// The last one: the one asked for.
    case last
    /// The one with the lowest residual ||G(y) - y|| of its sample.
    case best
    /// Of the iterates 2, 3, ... the one with the lowest residual of the whole batch together, and the start where there is none, so
    /// that a sample does depend on its batch mates. It is what the Anderson solver in the published code of FNO-DEQ returns
    /// (Marwah, Pokle, Kolter, Lipton, Lu, Risteski, "Deep equilibrium based neural operators for steady-state PDEs", NeurIPS 2023).
    case lowestBatchResidual = "lowest-batch-residual"
  }

  /// What makes the next iterate.
  public var solver: Solver
  /// When a sample ends.
  public var stopping: StoppingCriteria
  /// Which iterate becomes the solution's state.
  public var returning: ReturnedIterate

  /// By default plain iteration to a relative residual of 1e-6, at most 50 steps, and the last iterate.
  public init(
    _ solver: Solver = .picard(Picard()), stopping: StoppingCriteria = StoppingCriteria(),
    returning: ReturnedIterate = .last
  ) {
    self.solver = solver
    self.stopping = stopping
    self.returning = returning
  }

  /// - Throws: `EquilibriumError.invalidSetting` for the first setting outside its range.
  public func validate() throws {
    try stopping.validate()
    switch solver {
    case .picard(let picard):
      try requireFraction(picard.damping, name: "damping")
      if let patience = picard.patience { try requirePositive(patience, name: "patience") }
    case .anderson(let anderson):
      try requirePositive(anderson.window, name: "window")
      try requireFraction(anderson.mixing, name: "mixing")
      guard anderson.regularization.factor >= 0, anderson.regularization.factor.isFinite else {
        throw EquilibriumError.invalidSetting(
          name: "regularization", found: "\(anderson.regularization.factor)", expected: "a finite number, at least 0")
      }
    case .broyden(let broyden):
      try requirePositive(broyden.memory, name: "memory")
    }
  }
}
