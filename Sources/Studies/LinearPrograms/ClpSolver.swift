import CClp

/// Solves linear programs with the dual simplex method of COIN-OR Clp.
///
/// The result is a vertex and depends on the program alone: each solve owns a fresh Clp model, starts from the slack
/// basis, and uses neither presolve nor a random perturbation of the costs.
///
/// Solving on several threads at once is safe: Clp and CoinUtils share no mutable state between models on this path.
/// (Debian builds them with assertions; there, each factorisation increments one shared counter that only failure
/// messages print.)
public struct ClpSolver: Equatable, Sendable {
  /// How far a constraint or a bound may be violated, in the units of b and x.
  public var primalTolerance = 1e-9
  /// How far a multiplier may have the wrong sign, relative to the largest |c_j|. It must be well below the smallest
  /// multiplier that holds a variable at its bound, or the method may stop at a neighbouring vertex; in 20,000 optima
  /// of the published distribution that one was 1e-6 on this scale.
  public var dualTolerance = 1e-10
  /// Simplex iterations after which the solve ends with `iterationLimit`.
  public var iterationLimit = 1_000_000

  public init() {}

  /// The version of Clp, for the provenance of a file.
  public static var version: String { String(cString: Clp_Version()) }

  /// Solves the program.
  public func solve(_ program: LinearProgram) -> SolverOutcome {
    guard zip(program.lower, program.upper).allSatisfy({ $0 <= $1 }) else { return .infeasible }
    guard let model = Clp_newModel() else { return .failed }
    defer { Clp_deleteModel(model) }
    Clp_setLogLevel(model, 0)
    let costScale = Self.costScale(program.c)
    load(program, costScale: costScale, into: model)
    Clp_setPrimalTolerance(model, primalTolerance)
    Clp_setDualTolerance(model, dualTolerance)
    Clp_setMaximumIterations(model, Int32(clamping: iterationLimit))
    Clp_setPerturbation(model, 102)  // Never perturb: the vertex must be that of the stated costs.
    Clp_scaling(model, 0)  // Tolerances keep the meaning that is documented here.
    // Not Clp_initialSolve: it installs a signal handler and keeps the model in a global variable.
    Clp_dual(model, 0)
    return outcome(of: model, program, costScale: costScale)
  }

  /// The power of two that brings the largest |c_j| into [1, 2); exact in both directions.
  private static func costScale(_ c: [Double]) -> Double {
    let largest = c.reduce(0) { max($0, abs($1)) }
    guard largest.isNormal else { return 1 }
    return Double(sign: .plus, exponent: -Int(largest.exponent), significand: 1)
  }

  private func load(_ program: LinearProgram, costScale: Double, into model: UnsafeMutableRawPointer) {
    let byVariable = CompressedOrder(keys: program.edgeVariable, count: program.variables)
    let rowLower = zip(program.b, program.isEquality).map { $1 ? $0 : -Double.infinity }
    Clp_loadProblem(
      model, Int32(program.variables), Int32(program.constraints), byVariable.pointers.map(Int32.init),
      byVariable.order.map { Int32(program.edgeConstraint[$0]) }, byVariable.order.map { program.edgeValue[$0] },
      program.lower, program.upper, program.c.map { $0 * costScale }, rowLower, program.b)
  }

  private func outcome(
    of model: UnsafeMutableRawPointer, _ program: LinearProgram, costScale: Double
  ) -> SolverOutcome {
    switch Clp_status(model) {
    case 0:
      let n = program.variables
      let m = program.constraints
      return .optimal(
        PrimalDualPoint(
          x: Array(UnsafeBufferPointer(start: Clp_getColSolution(model), count: n)),
          rowDual: UnsafeBufferPointer(start: Clp_getRowPrice(model), count: m).map { $0 / costScale },
          reducedCost: UnsafeBufferPointer(start: Clp_getReducedCost(model), count: n).map { $0 / costScale }))
    case 1: return .infeasible
    case 2: return .unbounded
    case 3: return .iterationLimit
    default: return .failed
    }
  }
}
