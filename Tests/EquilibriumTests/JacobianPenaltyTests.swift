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
      penalty: penalty.map { JacobianPenalty(weight: $0, probe: { _ in probe }) }, loss: { try ($0 * $0).sum() })
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
    #expect(plain.squaredJacobian == nil)
    #expect(try abs(#require(penalized.squaredJacobian).scalar() - value(w, at: state)) < 1e-12)
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
}
