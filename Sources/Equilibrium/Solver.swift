/// The name of a fixed-point solver, as configurations write it.
public enum SolverKind: String, CaseIterable, Sendable {
  case picard
  case anderson
  case broyden

  /// The solver of this name with its default settings.
  public var solver: Solver {
    switch self {
    case .picard: .picard(Picard())
    case .anderson: .anderson(Anderson())
    case .broyden: .broyden(Broyden())
    }
  }
}

/// A fixed-point solver with its settings.
public enum Solver: Equatable, Sendable {
  case picard(Picard)
  case anderson(Anderson)
  case broyden(Broyden)

  /// The name of this solver.
  public var kind: SolverKind {
    switch self {
    case .picard: .picard
    case .anderson: .anderson
    case .broyden: .broyden
    }
  }
}

/// Plain iteration, y_{k+1} = y_k + damping (G(y_k) - y_k).
public struct Picard: Equatable, Sendable {
  /// In (0, 1]; with 1 each iterate is the value of the map, bit for bit. The residual is not scaled by it.
  public var damping: Double

  /// By default undamped.
  public init(damping: Double = 1) { self.damping = damping }
}

/// Anderson acceleration (type II; Walker and Ni, "Anderson acceleration for fixed-point iterations", SIAM J. Numer.
/// Anal. 49, 2011): y_{k+1} = sum_i a_i ((1 - mixing) y_i + mixing G(y_i)) over the last `window` evaluations, where a
/// with sum a_i = 1 minimises ||sum_i a_i (G(y_i) - y_i)||^2 plus a regularisation. The first step is a damped Picard step.
public struct Anderson: Equatable, Sendable {
  /// What keeps the small least-squares problem solvable.
  public enum Regularization: Equatable, Sendable {
    /// Adds the factor to the Gram matrix of the residual differences scaled to unit length, so that it acts the same at
    /// every scale of the problem. Never less than the rounding of the state's type.
    case relative(Double)
    /// Adds the factor times ||a||^2, as public implementations do (commonly 1e-4). Once the residual norms are far
    /// below its square root the weights become uniform and convergence slows.
    case absolute(Double)

    /// What is added, relative or not.
    public var factor: Double {
      switch self {
      case .relative(let factor), .absolute(let factor): factor
      }
    }
  }

  /// The number of past evaluations that are mixed, the newest included. At least 1, where 1 is damped Picard.
  public var window: Int
  /// The share of G(y_i), in (0, 1].
  public var mixing: Double
  /// Of the least-squares problem for the weights.
  public var regularization: Regularization

  /// By default five evaluations, undamped, regularised at the level of rounding.
  public init(window: Int = 5, mixing: Double = 1, regularization: Regularization = .relative(1e-12)) {
    self.window = window
    self.mixing = mixing
    self.regularization = regularization
  }
}

/// Broyden's first ("good") method on y - G(y) = 0 with the inverse Jacobian started at the identity, kept as the last
/// `memory` rank-one factors (Kelley, "Iterative Methods for Linear and Nonlinear Equations", SIAM 1995, chapter 7).
public struct Broyden: Equatable, Sendable {
  /// The number of rank-one factors kept, at least 1; the oldest is forgotten first.
  public var memory: Int
  /// Shorten a step until ||G(y) - y||^2 falls (Armijo's rule), sample by sample. Each trial is an evaluation.
  public var lineSearch: Bool

  /// By default thirty factors and full steps.
  public init(memory: Int = 30, lineSearch: Bool = false) {
    self.memory = memory
    self.lineSearch = lineSearch
  }
}

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

/// A step length or a mixing share: in (0, 1].
func requireFraction(_ value: Double, name: String) throws {
  guard value > 0, value <= 1 else {
    throw EquilibriumError.invalidSetting(name: name, found: "\(value)", expected: "a number above 0, at most 1")
  }
}

func requirePositive(_ value: Int, name: String) throws {
  guard value >= 1 else {
    throw EquilibriumError.invalidSetting(name: name, found: "\(value)", expected: "at least 1")
  }
}
