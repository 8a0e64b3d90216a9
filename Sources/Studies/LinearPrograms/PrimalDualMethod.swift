import StudyKit
import Torch

/// The classical method, from (the point of the box next to 0, 0), with equal weights d = p = 1. Its balance and relaxation are tuned on
/// the training split, as the parameters of a network are.
public struct PrimalDualMethod: ImplicitModel {
  private let tuning: PrimalDualTuning

  public init(type: DType = .float32) throws { tuning = try PrimalDualTuning(type: type) }

  /// Balance and relaxation.
  public var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("tuning", tuning)
    return named
  }

  /// The step sizes.
  public func inject(_ batch: LinearProgramBatch) throws -> PrimalDualStep {
    let problem = try ScaledPrograms(batch)
    return try tuning.step(problem, primal: .ones(like: problem.costs), dual: .ones(like: problem.rightHandSides))
  }

  /// The point of the box that is next to 0, and no duals: `[B, n + m]`.
  public func initialState(_ context: PrimalDualStep) throws -> Tensor {
    let problem = context.problem
    let zero = try Tensor.zeros(like: problem.costs)
    return try problem.state(zero.maximum(problem.lower).minimum(problem.upper), .zeros(like: problem.rightHandSides))
  }

  /// One primal-dual step: `[B, n + m]` -> `[B, n + m]`.
  public func step(_ state: Tensor, _ context: PrimalDualStep) throws -> Tensor { try context(state) }

  /// The solutions found so far, `[B, n]`.
  public func readout(_ state: Tensor, _ context: PrimalDualStep) throws -> Tensor { try context.problem.solution(of: state) }

  /// The nearest point in the bounds of the variables, with duals of inequalities of at least 0.
  public func admissible(_ state: Tensor, _ context: PrimalDualStep) throws -> Tensor { try context.problem.admissible(state) }
}

/// What a primal-dual method has to tune: s = exp(.), and rho = 1 + tanh(.), between 0 and 2.
struct PrimalDualTuning: Module {
  private let balance, relaxation: Parameter

  init(type: DType) throws {
    balance = try Parameter(.zeros([1], type: type))
    relaxation = try Parameter(.zeros([1], type: type))
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("balance", balance)
    named.add("relaxation", relaxation)
    return named
  }

  func step(_ problem: ScaledPrograms, primal: Tensor, dual: Tensor) throws -> PrimalDualStep {
    try PrimalDualStep(
      problem, primal: primal, dual: dual, balance: balance.value.exp(), relaxation: relaxation.value.tanh() + 1)
  }
}
