import Equilibrium
import TestSupport
import Testing
import Torch

/// G(y) = tanh(y W' + x U' + b) with the loss mean((y V' - target)^2); contracts because the row sums of W are at most 0.8.
private struct Problem {
  let parameters: [Tensor]
  let input: Tensor
  let target: Tensor
  let start: Tensor

  init(seed: UInt64) throws {
    var random = TestRandom(seed)
    parameters = [
      try Tensor(random.matrix(4, rowSumNorm: 0.8).flatMap { $0 }, shape: [4, 4]).tracked(),
      try Tensor(random.vector(12), shape: [4, 3]).tracked(), try Tensor(random.vector(4)).tracked(),
      try Tensor(random.vector(8), shape: [2, 4]).tracked(),
    ]
    input = try Tensor(random.vector(15), shape: [5, 3])
    target = try Tensor(random.vector(10), shape: [5, 2])
    start = try Tensor.zeros([5, 4], type: .float64)
  }

  func map(_ p: [Tensor]) throws -> (Tensor) throws -> Tensor {
    let context = try input.linear(p[1], p[2])
    return { y in try (y.linear(p[0], nil) + context).tanh() }
  }

  func loss(_ p: [Tensor]) -> (Tensor) throws -> Tensor {
    { y in
      let error = try y.linear(p[3], nil) - target
      return try (error * error).mean()
    }
  }

  /// The loss at the fixed point, to rounding.
  func value(_ p: [Tensor]) throws -> Double {
    try Autograd.withoutTracking {
      let solution = try fixedPoint(of: map(p), from: start, settings: tight)
      return try loss(p)(solution.state).scalar()
    }
  }

  func gradient(_ adjoint: Adjoint, forward: SolverSettings = tight) throws -> EquilibriumGradient {
    try equilibriumGradient(
      of: map(parameters), from: start, parameters: parameters, forward: forward, adjoint: adjoint,
      loss: loss(parameters))
  }

  func centralDifferences() throws -> [[Double]] {
    try parameters.indices.map { index in
      try TestSupport.centralDifferences(
        of: { values in
          var changed = parameters
          changed[index] = try Tensor(values, shape: parameters[index].shape)
          return try value(changed)
        }, at: parameters[index].doubles(), step: 1e-5)
    }
  }
}

private let tight = SolverSettings(
  .anderson(Anderson()), stopping: StoppingCriteria(maximumIterations: 200, tolerance: 1e-13, mode: .absolute))

private func flat(_ gradient: EquilibriumGradient) throws -> [Double] {
  try gradient.gradients.flatMap { try $0.doubles() }
}

private func cosine(_ left: [Double], _ right: [Double]) -> Double {
  zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } / (norm(left) * norm(right))
}

struct AdjointTests {
  @Test
  func `Implicit gradients equal central differences, whichever solver works backwards`() throws {
    for seed in UInt64(0)..<3 {
      let problem = try Problem(seed: seed)
      let expected = try problem.centralDifferences().flatMap { $0 }
      for solver in [Solver.picard(Picard()), .anderson(Anderson()), .broyden(Broyden())] {
        for lossPoint in ImplicitAdjoint.LossPoint.allCases {
          let backward = SolverSettings(solver, stopping: tight.stopping)
          let found = try problem.gradient(.implicit(ImplicitAdjoint(solver: backward, lossPoint: lossPoint)))
          // Truncation of the differences is about step^2 = 1e-10, rounding 1e-16 / step = 1e-11.
          #expect(relativeDifference(try flat(found), expected) < 1e-8)
          #expect(found.backward?.converged == true)
          #expect(abs(try found.loss.scalar() - problem.value(problem.parameters)) < 1e-12)
        }
      }
    }
  }

  @Test
  func `Unrolling to convergence gives the implicit gradient`() throws {
    for seed in UInt64(10)..<15 {
      let problem = try Problem(seed: seed)
      let implicit = try flat(
        problem.gradient(.implicit(ImplicitAdjoint(solver: tight))))
      #expect(relativeDifference(try flat(problem.gradient(.unrolled(steps: 200))), implicit) < 1e-10)
      #expect(relativeDifference(try flat(problem.gradient(.unrolled(steps: 300, damping: 0.7))), implicit) < 1e-10)
      #expect(relativeDifference(try flat(problem.gradient(.unrolled(steps: 3))), implicit) > 1e-6)
    }
  }

  @Test
  func `Phantom and Jacobian-free gradients are descent directions, and more phantom steps come closer to the truth`() throws {
    for seed in UInt64(20)..<25 {
      let problem = try Problem(seed: seed)
      let exact = try flat(problem.gradient(.implicit(ImplicitAdjoint(solver: tight))))
      let free = try flat(problem.gradient(.jacobianFree))
      let phantom = try flat(problem.gradient(.phantom(PhantomAdjoint())))
      let long = try flat(problem.gradient(.phantom(PhantomAdjoint(steps: 12, damping: 0.8))))
      #expect(cosine(free, exact) > 0)
      #expect(cosine(phantom, exact) > 0)
      #expect(cosine(phantom, exact) < 1 - 1e-9)
      #expect(relativeDifference(long, exact) < relativeDifference(free, exact))
      #expect(
        relativeDifference(phantom, try flat(problem.gradient(.phantom(PhantomAdjoint(steps: 3, damping: 0.4))))) > 1e-3
      )
      // A step against each direction lowers the true loss.
      for direction in [free, phantom] {
        var offset = 0
        let moved = try problem.parameters.map { parameter in
          let values = try parameter.doubles()
          defer { offset += values.count }
          return try Tensor(
            values.indices.map { values[$0] - 1e-3 * direction[offset + $0] / norm(direction) }, shape: parameter.shape)
        }
        #expect(try problem.value(moved) < problem.value(problem.parameters))
      }
    }
  }

  @Test
  func `One undamped phantom step is the Jacobian-free gradient`() throws {
    let problem = try Problem(seed: 30)
    let phantom = try problem.gradient(.phantom(PhantomAdjoint(steps: 1, damping: 1)))
    #expect(try flat(phantom) == flat(problem.gradient(.jacobianFree)))
  }

  @Test
  func `The two loss points differ where the equilibrium is not reached, and each is exact for what it claims`() throws {
    let problem = try Problem(seed: 40)
    let short = SolverSettings(stopping: .exactly(2))
    let atState = try problem.gradient(.implicit(ImplicitAdjoint(solver: tight)), forward: short)
    let atValue = try problem.gradient(
      .implicit(ImplicitAdjoint(solver: tight, lossPoint: .application)), forward: short)
    let map = try problem.map(problem.parameters)
    let second = try map(map(problem.start))
    #expect(try atState.state.doubles() == second.doubles())
    #expect(try atValue.state.doubles() == map(second).doubles())
    #expect(relativeDifference(try flat(atState), try flat(atValue)) > 1e-6)
  }

  @Test
  func `The backward solve is reported and its settings act`() throws {
    let problem = try Problem(seed: 41)
    let one = try problem.gradient(.implicit(ImplicitAdjoint(solver: SolverSettings(stopping: .exactly(1)))))
    let many = try problem.gradient(.implicit(ImplicitAdjoint(solver: SolverSettings(stopping: .exactly(60)))))
    #expect(one.backward?.iterations == [1, 1, 1, 1, 1])
    #expect(many.backward?.statuses.first == .iterationLimit)
    #expect(relativeDifference(try flat(one), try flat(many)) > 1e-3)
    #expect(many.forward?.converged == true)
    #expect(try problem.gradient(.jacobianFree).backward == nil)
    #expect(try problem.gradient(.unrolled(steps: 2)).forward == nil)
  }

  @Test
  func `The gradient with respect to the input passes through the context`() throws {
    let problem = try Problem(seed: 42)
    let input = try problem.input.tracked()
    let p = problem.parameters
    let context = try input.linear(p[1], p[2])
    let found = try equilibriumGradient(
      of: { (y: Tensor) in try (y.linear(p[0], nil) + context).tanh() }, from: problem.start,
      parameters: [input, p[2]], forward: tight,
      adjoint: .implicit(ImplicitAdjoint(solver: tight)), loss: problem.loss(p))
    // b enters through the same sum as x U', so dL/dx = (dL/dcontext) U and dL/db = sum of dL/dcontext over samples.
    let context2 = try context.detached().tracked()
    let slope = try equilibriumGradient(
      of: { (y: Tensor) in try (y.linear(p[0], nil) + context2).tanh() }, from: problem.start, parameters: [context2],
      forward: tight,
      adjoint: .implicit(ImplicitAdjoint(solver: tight)), loss: problem.loss(p)
    ).gradients[0]
    #expect(relativeDifference(try found.gradients[0].doubles(), try slope.matmul(p[1]).doubles()) < 1e-12)
    #expect(relativeDifference(try found.gradients[1].doubles(), try slope.sum(dimension: 0).doubles()) < 1e-12)
  }

  @Test
  func `A parameter that nothing uses has gradient zero`() throws {
    let problem = try Problem(seed: 43)
    let unused = try Tensor([1, 2]).tracked()
    for adjoint in adjoints {
      let found = try equilibriumGradient(
        of: problem.map(problem.parameters), from: problem.start, parameters: [unused] + problem.parameters,
        forward: tight, adjoint: adjoint, loss: problem.loss(problem.parameters))
      #expect(try found.gradients[0].doubles() == [0, 0])
      #expect(try norm(found.gradients[1].doubles()) > 0)
    }
  }

  @Test
  func `A loss that is not a differentiable scalar and settings outside their range are errors`() throws {
    let problem = try Problem(seed: 44)
    let map = try problem.map(problem.parameters)
    func attempt(_ adjoint: Adjoint, loss: (Tensor) throws -> Tensor) throws {
      _ = try equilibriumGradient(
        of: map, from: problem.start, parameters: problem.parameters, forward: tight, adjoint: adjoint, loss: loss)
    }
    for adjoint in adjoints {
      #expect(throws: EquilibriumError.self) { try attempt(adjoint) { $0 } }
      #expect(throws: EquilibriumError.self) { try attempt(adjoint) { try $0.detached().sum() } }
    }
    let invalid: [Adjoint] = [
      .unrolled(steps: 0), .unrolled(steps: 1, damping: 0), .phantom(PhantomAdjoint(steps: 0)),
      .phantom(PhantomAdjoint(damping: 1.5)),
      .implicit(ImplicitAdjoint(solver: SolverSettings(stopping: .exactly(0)))),
    ]
    for adjoint in invalid {
      #expect(throws: EquilibriumError.self) { try attempt(adjoint) { try $0.sum() } }
    }
  }
}

struct TensorLinearizationTests {
  @Test
  func `Both ways to J v and the transpose agree, and the norm is the largest singular value per sample`() throws {
    // y -> y * s with a scale per sample and one rotation block: singular values are known.
    let scales = try Tensor([0.5, 2], shape: [2, 1])
    let weight = try Tensor([0, -3, 1, 0], shape: [2, 2])
    let map = { (y: Tensor) throws -> Tensor in try y.linear(weight, nil) * scales }
    let point = try Tensor([0.3, -0.4, 1, 2], shape: [2, 2])
    let direction = try Tensor([1, 0.7, -0.3, 1], shape: [2, 2])
    for products in Linearization<Tensor>.ForwardProducts.allCases {
      let jacobian = try Linearization(of: map, at: point, forwardProducts: products)
      #expect(distance(try jacobian.product(direction).doubles(), try map(direction).doubles()) < 1e-8)
      let norm = try spectralNorm(of: jacobian, from: direction)
      #expect(norm.converged == [true, true])
      #expect(abs(norm.values[0] - 1.5) < 1e-5)
      #expect(abs(norm.values[1] - 6) < 1e-5)
      // Eigenvalues are +- i sqrt(3) times the scale.
      let radius = try spectralRadius(of: jacobian, from: direction)
      #expect(radius.complexPairs == [true, true])
      #expect(abs(radius.values[0] - 0.5 * 3.0.squareRoot()) < 1e-4)
      #expect(abs(radius.values[1] - 2 * 3.0.squareRoot()) < 1e-4)
    }
  }

  @Test
  func `The local Lipschitz constant of x -> y_t equals the closed form of the iteration for 1/x`() throws {
    // y_t = (1 - (1 - h x)^t) / x, per sample
    let (h, values) = (0.5, [0.05, 0.3, 0.9])
    let x = try Tensor(values, shape: [3, 1])
    for steps in [1, 2, 10, 30] {
      let iterate = { (x: Tensor) throws -> Tensor in
        var y = try Tensor.zeros(like: x.detached())
        for _ in 0..<steps { y = try y - (x * y - 1) * h }
        return y
      }
      let jacobian = try Linearization(of: iterate, at: x)
      let found = try spectralNorm(of: jacobian, from: Tensor([1, 1, 1], shape: [3, 1]))
      for (sample, value) in values.enumerated() {
        let power = Double(steps)
        let rest = (0..<steps).reduce(1.0) { product, _ in product * (1 - h * value) }
        let expected = abs(-(1 - rest) / (value * value) + power * h * rest / (1 - h * value) / value)
        #expect(abs(found.values[sample] - expected) <= 1e-12 * max(1, expected))
      }
      #expect(found.converged == [true, true, true])
    }
  }

  @Test
  func `A map that does not depend on its input has norm zero`() throws {
    let constant = try Tensor([1, 2], shape: [1, 2])
    let jacobian = try Linearization(of: { try $0 * 0 + constant }, at: Tensor([3, 4], shape: [1, 2]))
    #expect(try spectralNorm(of: jacobian, from: Tensor([1, 1], shape: [1, 2])).values == [0])
  }
}
