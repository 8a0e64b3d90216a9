import Equilibrium
import StudyKit
import TestSupport
import Testing
import Torch

@testable import LinearPrograms

/// Training the graph network through its equilibrium.
@Suite struct EquilibriumTrainingTests {
  /// A network whose map is a contraction (the state's weight is made small), with the published initialisation otherwise.
  static func contraction() throws -> (network: ImplicitGraphNetwork, batch: LinearProgramBatch) {
    let network = try ImplicitGraphNetwork(embedding: 4, type: .float64)
    for (name, parameter) in network.parameters {
      let shape = parameter.value.shape
      let value =
        shape.count > 1
        ? try Initialization.orthogonal(shape, seed: 11, name: name)
        : try Initialization.uniform(shape, bound: 0.2, seed: 11, name: name)
      try parameter.assign(name == "deq_func.to_y.weight" ? value * 0.1 : value)
    }
    return (network, try GraphNetworkTests.batch(of: "lp_implicit_gnn.h5", type: .float64))
  }

  static func gradient(_ adjoint: Adjoint, iterations: Int = 400) throws -> EquilibriumGradient {
    let (network, batch) = try contraction()
    let context = try network.inject(batch)
    return try equilibriumGradient(
      of: { try network.step($0, context) }, from: network.initialState(context),
      parameters: network.parameters.tensors,
      forward: SolverSettings(
        .anderson(Anderson()), stopping: StoppingCriteria(maximumIterations: iterations, tolerance: 1e-13)),
      adjoint: adjoint,
      loss: { try LinearProgramStudy.losses(network.readout($0, context), batch).mean() })
  }

  static func flat(_ gradient: EquilibriumGradient) throws -> [Double] {
    try gradient.gradients.flatMap { try $0.doubles() }
  }

  static let implicit = Adjoint.implicit(
    ImplicitAdjoint(
      solver: SolverSettings(
        .anderson(Anderson()), stopping: StoppingCriteria(maximumIterations: 400, tolerance: 1e-13))))

  @Test func `The implicit gradient is that of unrolling to convergence`() throws {
    let exact = try Self.gradient(Self.implicit)
    #expect(try #require(exact.forward).converged)
    let unrolled = try Self.flat(Self.gradient(.unrolled(steps: 120)))
    let difference = largestDifference(try Self.flat(exact), unrolled) / (unrolled.map(abs).max() ?? 1)
    #expect(difference < 1e-6)
  }

  @Test(arguments: [Adjoint.phantom(PhantomAdjoint(steps: 3, damping: 0.8)), .jacobianFree])
  func `Phantom and Jacobian-free gradients are descent directions`(adjoint: Adjoint) throws {
    let exact = try Self.flat(Self.gradient(Self.implicit))
    let approximate = try Self.flat(Self.gradient(adjoint))
    let inner = zip(exact, approximate).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(inner / (euclideanNorm(exact) * euclideanNorm(approximate)) > 0.5)
    #expect(largestDifference(exact, approximate) > 0)  // the approximations are not the implicit gradient under another name
  }

  @Test func `The implicit gradient equals central differences of the loss at the equilibrium`() throws {
    let (network, batch) = try Self.contraction()
    let settings = SolverSettings(
      .anderson(Anderson()), stopping: StoppingCriteria(maximumIterations: 400, tolerance: 1e-14))
    func loss() throws -> Double {
      try Autograd.withoutTracking {
        let context = try network.inject(batch)
        let solution = try fixedPoint(
          of: { (y: Tensor) in try network.step(y, context) }, from: network.initialState(context), settings: settings)
        return try LinearProgramStudy.losses(network.readout(solution.state, context), batch).mean().scalar()
      }
    }
    let gradients = try Self.gradient(Self.implicit).gradients
    let scale = try gradients.map { try $0.abs().maximum().scalar() }.max() ?? 1
    for name in ["var_embedding.0.weight", "deq_func.conv_c_to_v2.output_module.2.weight", "deq_func.to_y.weight"] {
      let index = try #require(network.parameters.names.firstIndex(of: name))
      let parameter = network.parameters.entries[index].parameter
      let values = try parameter.value.doubles()
      let found = try gradients[index].doubles()
      for entry in stride(from: 0, to: values.count, by: 3) {
        func shifted(_ step: Double) throws -> Double {
          var moved = values
          moved[entry] += step
          try parameter.assign(Tensor(moved, shape: parameter.value.shape))
          return try loss()
        }
        let slope = try (shifted(1e-5) - shifted(-1e-5)) / 2e-5
        try parameter.assign(Tensor(values, shape: parameter.value.shape))
        #expect(abs(found[entry] - slope) < 1e-6 * scale, "\(name)[\(entry)]")
      }
    }
  }
}
