import StudyKit
import Support
import TestSupport
import Testing
import Torch

@testable import LinearPrograms

/// The primal-dual step, with step sizes that were learned or not.
@Suite struct PrimalDualTests {
  /// Solved programs of the published kind, smaller.
  private static func solved(_ count: Int) throws -> [LabelledProgram] {
    let distribution = try InstanceDistribution(constraints: 5, variables: 12, nonzeros: 26)
    let solved = try (0..<100).compactMap {
      try Labeller().label(distribution.instance(seed: 3, split: "test", index: $0)).accepted
    }
    return Array(solved.prefix(count))
  }

  private static func batch(_ programs: [LabelledProgram]) throws -> LinearProgramBatch {
    try LinearProgramBatch(
      ProgramBatch(programs.map(\.program)), solutions: programs.flatMap(\.optimum.x), options: TensorOptions(type: .float64))
  }

  /// Positive numbers, `[count, 1]`, over four orders of magnitude with a spread of 2.
  private static func weights(_ count: Int, _ stream: String, spread: Double = 2) throws -> Tensor {
    var random = KeyedRandom(seed: 5, stream: stream)
    return try (Tensor(random.normals(count), shape: [count, 1], type: .float64) * spread).exp()
  }

  private static func step(_ problem: ScaledPrograms, spread: Double = 2) throws -> PrimalDualStep {
    try PrimalDualStep(
      problem, primal: weights(problem.costs.shape[0], "d", spread: spread),
      dual: weights(problem.rightHandSides.shape[0], "p", spread: spread),
      balance: Tensor([1], type: .float64), relaxation: Tensor([1.7], type: .float64))
  }

  @Test func `Whatever the weights, the norm of the scaled matrix is at most 1`() throws {
    let problem = try ScaledPrograms(Self.batch(Self.solved(4)))
    let step = try Self.step(problem)
    // Power iteration on A' Sigma A, in the norm of T: its largest eigenvalue is the square of the norm.
    var x = try Self.weights(problem.costs.shape[0], "x")
    var growth = 0.0
    for _ in 0..<3000 {
      let next =
        try step.primalSteps.sqrt()
        * problem.transposed.product(
          step.dualSteps * problem.matrix.product(step.primalSteps.sqrt() * x))
      growth = try next.pow(2).sum().sqrt().scalar() / x.pow(2).sum().sqrt().scalar()
      x = try next * (1 / next.pow(2).sum().sqrt().scalar())
    }
    #expect(growth <= 1 + 1e-9 && growth > 0.3)
  }

  @Test func `Solutions with their multipliers are fixed points, and other points are not`() throws {
    let programs = try Self.solved(6)
    let problem = try ScaledPrograms(Self.batch(programs))
    let step = try Self.step(problem)
    // c + A'y = reduced costs: the multipliers of the label have the other sign.
    let x = try Tensor(programs.flatMap(\.optimum.x), shape: [6, 12], type: .float64) / problem.unit
    let y = try Tensor(programs.flatMap { $0.optimum.rowDual.map { -$0 } }, shape: [6, 5], type: .float64) / problem.dualUnit
    let state = try problem.state(x.reshaped([-1, 1]), y.reshaped([-1, 1]))
    #expect(try (step(state) - state).abs().maximum().scalar() < 1e-9)
    let other = try state + 0.01
    #expect(try (step(other) - other).abs().maximum().scalar() > 1e-4)
  }

  @Test func `The iteration comes to a solution from any start`() throws {
    let programs = try Self.solved(6)
    let batch = try Self.batch(programs)
    let problem = try ScaledPrograms(batch)
    let step = try Self.step(problem, spread: 0.5)
    var random = KeyedRandom(seed: 9, stream: "start")
    var state = try Tensor(random.normals(6 * 17), shape: [6, 17], type: .float64) * 3
    let first = try (step(state) - state).sampleNorms().doubles()
    for _ in 0..<20_000 { state = try step(state) }
    let last = try (step(state) - state).sampleNorms().doubles()
    #expect(zip(last, first).allSatisfy { $0 < 1e-6 * $1 })
    let objectives = try (problem.solution(of: state) * batch.variableFeatures.select(1, 0).reshaped([6, 12])).sum(dimension: 1)
    for (found, program) in zip(try objectives.doubles(), programs) {
      #expect(abs(found - program.certificate.objective) < 1e-5 * (1 + abs(program.certificate.objective)))
    }
  }

  @Test func `A network gives the same for a program in other units`() throws {
    let programs = try Self.solved(3)
    func output(costs: Double, lengths: Double) throws -> [Double] {
      let scaled = try programs.map(\.program).map {
        try LinearProgram(
          c: $0.c.map { $0 * costs }, b: $0.b.map { $0 * lengths }, lower: $0.lower.map { $0 * lengths },
          upper: $0.upper.map { $0 * lengths }, isEquality: $0.isEquality, edgeConstraint: $0.edgeConstraint,
          edgeVariable: $0.edgeVariable, edgeValue: $0.edgeValue)
      }
      let batch = try LinearProgramBatch(
        ProgramBatch(scaled), solutions: programs.flatMap(\.optimum.x), options: TensorOptions(type: .float64))
      let network = try PrimalDualNetwork(embedding: 6, rounds: 2, type: .float64)
      for (name, parameter) in network.parameters {
        var random = KeyedRandom(seed: 1, stream: name)
        try parameter.assign(
          Tensor(random.normals(parameter.value.count).map { 0.3 * $0 }, shape: parameter.value.shape, type: .float64))
      }
      let context = try network.inject(batch)
      let state = try (0..<5).reduce(network.initialState(context)) { state, _ in try network.step(state, context) }
      return try network.readout(state, context).doubles()
    }
    let (plain, scaled) = try (output(costs: 1, lengths: 1), output(costs: 7, lengths: 3))
    #expect(relativeDifference(scaled, plain.map { 3 * $0 }) < 1e-10)
  }
}
