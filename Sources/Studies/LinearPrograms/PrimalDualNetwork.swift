import StudyKit
import Torch

/// A primal-dual method whose step sizes and starting point are learned: one step is `PrimalDualStep`, which has the solutions of the
/// program as fixed points, and converges to one, whatever was learned.
///
/// A graph network on the static features (b, =) of the constraints and (c, l, u) of the variables, in units of the program, makes
/// rounds of messages with residual connections, and gives
///
///     d_j, x_j of every variable:     log d = 4 tanh(. / 4),   x_0 = l + (u - l) sigmoid(.)
///     p_i, y_i of every constraint:   log p = 4 tanh(. / 4),   y_0 = ., or max(0, .) for inequalities
///
/// once for all iterations. The balance s of primal and dual steps and the relaxation rho are one number each.
public struct PrimalDualNetwork: ImplicitModel {
  private let embedding: GraphEmbedding
  private let rounds: [(constraints: HalfConvolution, variables: HalfConvolution)]
  private let primal, dual: TwoLayerPerceptron
  private let tuning: PrimalDualTuning

  /// What a batch contributes, the same in every iteration.
  public struct Context: Sendable {
    let step: PrimalDualStep
    /// `[B, n + m]`
    let start: Tensor
  }

  /// - Parameters:
  ///   - width: of the features of nodes.
  ///   - rounds: of messages, each from variables to constraints and back.
  public init(embedding width: Int, rounds: Int, type: DType = .float32) throws {
    embedding = try GraphEmbedding(width: width, type: type)
    func convolution(_ target: HalfConvolution.Target) throws -> HalfConvolution {
      try HalfConvolution(towards: target, leftWidth: width, rightWidth: width, type: type)
    }
    self.rounds = try (0..<rounds).map { _ in try (convolution(.constraints), convolution(.variables)) }
    primal = try TwoLayerPerceptron(width, width, 2, type: type)
    dual = try TwoLayerPerceptron(width, width, 2, type: type)
    tuning = try PrimalDualTuning(type: type)
  }

  /// Those of the graph network, of the heads, and of the tuning.
  public var parameters: NamedParameters {
    var named = embedding.parameters
    for (number, round) in rounds.enumerated() {
      named.add("rounds.\(number).constraints", round.constraints)
      named.add("rounds.\(number).variables", round.variables)
    }
    named.add("primal", primal)
    named.add("dual", dual)
    named.add("tuning", tuning)
    return named
  }

  /// Step sizes and start.
  public func inject(_ batch: LinearProgramBatch) throws -> Context {
    let problem = try ScaledPrograms(batch)
    var constraints = try embedding.constraints(
      .concatenated([problem.rightHandSides, problem.isEquality], dimension: 1)
    ).relu()
    var variables = try embedding.variables(.concatenated([problem.costs, problem.lower, problem.upper], dimension: 1)).relu()
    for round in rounds {
      constraints = try constraints + round.constraints(constraints: constraints, variables: Columns(first: variables), batch)
      variables = try variables + round.variables(constraints: constraints, variables: Columns(first: variables), batch)
    }
    let (ofVariables, ofConstraints) = try (primal(variables), dual(constraints))
    func positive(_ values: Tensor) throws -> Tensor { try ((values * 0.25).tanh() * 4).exp() }
    func column(_ values: Tensor, _ index: Int) throws -> Tensor { try values.narrow(1, from: index, count: 1) }
    let step = try tuning.step(
      problem, primal: positive(column(ofVariables, 0)), dual: positive(column(ofConstraints, 0)))
    // sigmoid(a) = (1 + tanh(a / 2)) / 2
    let share = try ((column(ofVariables, 1) * 0.5).tanh() + 1) * 0.5
    let x = try problem.lower + (problem.upper - problem.lower) * share
    let y = try column(ofConstraints, 1).maximum(problem.lowestDuals)
    return Context(step: step, start: try problem.state(x, y))
  }

  /// (x_0, y_0), `[B, n + m]`.
  public func initialState(_ context: Context) throws -> Tensor { context.start }

  /// One primal-dual step: `[B, n + m]` -> `[B, n + m]`.
  public func step(_ state: Tensor, _ context: Context) throws -> Tensor { try context.step(state) }

  /// The predicted solutions `[B, n]`.
  public func readout(_ state: Tensor, _ context: Context) throws -> Tensor { try context.step.problem.solution(of: state) }

  /// The nearest point in the bounds of the variables, with duals of inequalities of at least 0.
  public func admissible(_ state: Tensor, _ context: Context) throws -> Tensor { try context.step.problem.admissible(state) }
}
