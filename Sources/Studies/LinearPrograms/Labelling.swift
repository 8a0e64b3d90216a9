import Support

/// A linear program with its certified optimum.
public struct LabelledProgram: Equatable, Sendable {
  /// What was solved.
  public var program: LinearProgram
  /// The optimal x `[n]`, which is the label, with its multipliers.
  public var optimum: PrimalDualPoint
  /// How far the solution can be trusted.
  public var certificate: Certificate
}

/// The result of looking for the label of a linear program.
public enum Labelling: Equatable, Sendable {
  case accepted(LabelledProgram)
  case rejected(Rejection)

  /// Why a program has no label.
  public enum Rejection: String, CaseIterable, Sendable {
    case infeasible
    case unbounded
    case iterationLimit = "iteration limit"
    case failed
    /// The solver claims an optimum, but the residuals that were recomputed from it are too large.
    case uncertified
  }

  /// The labelled program, unless it was rejected.
  public var accepted: LabelledProgram? {
    if case .accepted(let labelled) = self { labelled } else { nil }
  }
}

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

extension InstanceDistribution {
  /// Instance `index` of a split with its label: a pure function, so that indices can be shared out among threads and
  /// processes at will. With the published settings about half of all instances are infeasible.
  public func labelled(
    seed: UInt64, split: String, index: UInt64, by labeller: Labeller = Labeller()
  ) throws(Failure) -> Labelling {
    labeller.label(try instance(seed: seed, split: split, index: index))
  }
}
