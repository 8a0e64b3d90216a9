import Equilibrium
import Foundation
import Testing
import Torch

/// G(y) = tanh(y W'), whose Jacobian at y is diag(1 - tanh^2) W.
@Suite struct JacobianPenaltyTests {
  let weight: Tensor
  let start: Tensor
  let probe: Tensor

  init() throws {
    var random = TestRandom(7)
    weight = try Tensor(random.matrix(4, rowSumNorm: 0.8).flatMap { $0 }, shape: [4, 4]).tracked()
    start = try Tensor(random.vector(12), shape: [3, 4])
    probe = try Tensor(random.vector(12), shape: [3, 4])
  }

  func map(_ w: Tensor) -> (Tensor) throws -> Tensor {
    { y in try y.linear(w, nil).tanh() }
  }

  func gradient(_ adjoint: Adjoint, penalty: Double?) throws -> EquilibriumGradient {
    try equilibriumGradient(
      of: map(weight), from: start, parameters: [weight], forward: SolverSettings(stopping: .exactly(5)), adjoint: adjoint,
      penalties: penalty.map { [JacobianPenalty(weight: $0, probe: { _ in probe })] } ?? [], loss: { try ($0 * $0).sum() })
  }

  /// sum_b ||W' (e_b (1 - tanh^2(W y_b)))||^2 / 4 by its formula.
  func value(_ w: [Double], at state: [Double]) throws -> Double {
    let e = try probe.doubles()
    var sum = 0.0
    for sample in 0..<3 {
      var slopes = [0.0, 0, 0, 0]
      for row in 0..<4 {
        var product = 0.0
        for column in 0..<4 { product += w[row * 4 + column] * state[sample * 4 + column] }
        let image = tanh(product)
        slopes[row] = e[sample * 4 + row] * (1 - image * image)
      }
      for column in 0..<4 {
        var entry = 0.0
        for row in 0..<4 { entry += w[row * 4 + column] * slopes[row] }
        sum += entry * entry / 4
      }
    }
    return sum
  }

  @Test(arguments: adjoints)
  func `The penalty is the squared norm of e'J, per entry, and its gradient is added to that of the loss`(adjoint: Adjoint)
    throws
  {
    let plain = try gradient(adjoint, penalty: nil)
    let penalized = try gradient(adjoint, penalty: 3)
    let state = try penalized.state.doubles()
    let w = try weight.doubles()
    #expect(try penalized.loss.scalar() == plain.loss.scalar())
    #expect(plain.squaredJacobians.isEmpty)
    #expect(try abs(#require(penalized.squaredJacobians.first).scalar() - value(w, at: state)) < 1e-12)
    let added = zip(try penalized.gradients[0].doubles(), try plain.gradients[0].doubles()).map { ($0 - $1) / 3 }
    let differences = try w.indices.map { entry in
      let ends = try [1e-5, -1e-5].map { delta in
        var moved = w
        moved[entry] += delta
        return try value(moved, at: state)
      }
      return (ends[0] - ends[1]) / 2e-5
    }
    #expect(distance(added, differences) / norm(differences) < 1e-8)
  }

  @Test func `The spectral penalty of a linear map is the square of its spectral radius, with the gradient of that`() throws {
    // Symmetric, so that the radius is the largest |eigenvalue|, v'Wv, and its slope with respect to W is v v'.
    let angle = 0.4
    let (v, u) = ([cos(angle), sin(angle)], [-sin(angle), cos(angle)])
    func entry(_ row: Int, _ column: Int) -> Double { -0.9 * v[row] * v[column] + 0.5 * u[row] * u[column] }
    let entries = [entry(0, 0), entry(0, 1), entry(1, 0), entry(1, 1)]
    let w = try Tensor(entries, shape: [2, 2]).tracked()
    let point = try Tensor([0.3, 0.1, -0.2, 0.4], shape: [2, 2])
    let found = try equilibriumGradient(
      of: { try $0.linear(w, nil) }, from: point, parameters: [w], forward: SolverSettings(),
      adjoint: .unrolled(steps: 1),
      penalties: [
        JacobianPenalty(weight: 1, kind: .spectralRadius(steps: 60)) { try Tensor([1, 0.2, -0.5, 1], shape: $0.shape) }
      ], loss: { try $0.sum() * 0 })
    #expect(try abs(#require(found.squaredJacobians.first).scalar() - 2 * 0.81) < 1e-10)
    // Of the sum over two samples: 2 * d(lambda^2) = 2 * 2 lambda v v'. The left and right vectors agree.
    for (index, slope) in try found.gradients[0].doubles().enumerated() {
      let expected = -3.6 * v[index / 2] * v[index % 2]
      #expect(abs(slope - expected) < 1e-8)
    }
  }

  @Test func `A spectral penalty of no steps is refused`() throws {
    #expect(throws: EquilibriumError.self) {
      _ = try equilibriumGradient(
        of: map(weight), from: start, parameters: [weight], forward: SolverSettings(), adjoint: .unrolled(steps: 1),
        penalties: [JacobianPenalty(weight: 1, kind: .spectralRadius(steps: 0)) { $0 }], loss: { try $0.sum() })
    }
  }
}
