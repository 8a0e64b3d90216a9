import Torch

/// Settings of the Newton-Krylov solver of steady flows.
public struct NewtonKrylov: Equatable, Sendable {
  /// The relative residual ||u . grad(omega) - nu laplace(omega) - g|| / ||g|| that a solution must have.
  public var tolerance = 1e-9
  /// The same, where the solution is only a step of the continuation.
  public var looseTolerance = 0.1
  /// Newton steps at most for each amplitude.
  public var newtonSteps = 15
  /// The linear residual is reduced by this factor, or by 0.9 times the square of the last reduction if that is less (Eisenstat
  /// and Walker 1996, choice 2).
  public var forcingTerm = 0.3
  /// Vectors of a GMRES cycle, and cycles at most.
  public var krylovVectors = 60
  public var krylovCycles = 3
  /// A step is halved while the residual does not fall; below this length Newton's method has stalled.
  public var shortestStep = 1.0 / 64
  /// It has stalled, too, when so many steps together do not halve the residual.
  public var creepingSteps = 4
  /// The force grows from this share of it to the whole; each success multiplies the increment by `amplitudeGrowth`, each failure
  /// divides it by 4, and below `smallestIncrement` the sample is given up.
  public var firstAmplitude = 0.25
  public var amplitudeGrowth = 2.0
  public var smallestIncrement = 1.0 / 64

  public init() {}
}

/// How the solution of one sample went: its certificate, or why there is none.
public struct NewtonHistory: Equatable, Sendable {
  /// Whether the tolerance was reached at the full force.
  public internal(set) var converged = false
  /// Share of the force at which the iteration ended.
  public internal(set) var amplitude = 0.0
  /// Relative residual at the end, relative to the force at that amplitude.
  public internal(set) var residual = Double.infinity
  /// Relative residual after each Newton step, over all amplitudes.
  public internal(set) var residuals: [Double] = []
  /// Products with the Jacobian.
  public internal(set) var products = 0
}

/// Finds steady flows for given forces: inexact Newton steps whose linear equations are solved by GMRES with the inverse viscous
/// operator as preconditioner, a backtracking line search, and continuation in the amplitude of the force with a secant
/// predictor. Samples go side by side; each has its own amplitude, tolerances and status, and leaves the batch when it is done.
public struct SteadySolver: Sendable {
  public let equation: VorticityEquation
  public let settings: NewtonKrylov

  public init(_ equation: VorticityEquation, _ settings: NewtonKrylov = NewtonKrylov()) {
    self.equation = equation
    self.settings = settings
  }

  /// - Parameter forcing: modes of the curl of the force, `[B, 2 K + 1, K + 1]`, without mean.
  /// - Returns: modes of the vorticity, of the same shape, zero for a sample without solution; and the history of each sample.
  public func solve(_ forcing: Tensor) throws -> (vorticity: Tensor, histories: [NewtonHistory]) {
    var histories = (0..<forcing.shape[0]).map { _ in NewtonHistory() }
    var vorticity = try Tensor.zeros(like: forcing)
    let scales = try equation.grid.norms(of: forcing)
    var branch = try SolutionBranch(equation, settings, forcing, scales)
    for sample in branch.samples.indices where scales[sample] == 0 { branch.samples[sample].isDone = true }
    // The flow without force is at rest.
    for sample in scales.indices where scales[sample] == 0 {
      histories[sample] = NewtonHistory(converged: true, amplitude: 1, residual: 0)
    }
    try branch.removeDone()
    while !branch.samples.isEmpty {
      let moved = try branch.judge()
      let done = branch.samples.indices.filter { branch.samples[$0].isDone }
      if !done.isEmpty {
        for position in done { histories[branch.samples[position].number] = branch.samples[position].history }
        let solved = done.filter { branch.samples[$0].history.converged }
        vorticity = try vorticity.addingSamples(
          of: branch.state, from: solved, to: solved.map { branch.samples[$0].number })
        try branch.removeDone()
      }
      if !moved && !branch.samples.isEmpty { try branch.newtonStep() }
    }
    return (vorticity, histories)
  }
}

extension Tensor {
  /// A copy with some samples of another batch added to some samples of this one.
  fileprivate func addingSamples(of other: Tensor, from positions: [Int], to samples: [Int]) throws -> Tensor {
    if positions.isEmpty { return self }
    return try addingEntries(
      of: other.indexed(Tensor(integers: positions.map(Int64.init), device: device)),
      at: Tensor(integers: samples.map(Int64.init), device: device))
  }
}
