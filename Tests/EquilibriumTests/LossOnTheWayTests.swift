import Equilibrium
import TestSupport
import Testing
import Torch

/// The unrolled adjoint with losses of several steps, and with a start that has a gradient.
@Suite struct LossOnTheWayTests {
  /// y_k of y <- a y + b from s: a^k s + b (1 + a + ... + a^(k-1)).
  private static func state(_ k: Int, a: Double, b: Double, s: Double) -> Double {
    (0..<k).reduce(s) { y, _ in a * y + b }
  }

  private static func gradient(_ values: [Double], _ adjoint: Adjoint, lossSteps: [Int]) throws -> EquilibriumGradient {
    let p = try values.map { try Tensor([$0], type: .float64).tracked() }
    return try equilibriumGradient(
      of: { try $0 * p[0] + p[1] }, from: p[2].reshaped([1, 1]), parameters: p,
      forward: SolverSettings(stopping: .exactly(50)), adjoint: adjoint, lossSteps: lossSteps, loss: { try ($0 * $0).sum() })
  }

  @Test(arguments: [[], [5], [1, 3], [1, 2, 3, 4, 5]])
  func `The loss is the mean over the steps that have one, and its gradient goes through start and steps`(lossSteps: [Int]) throws
  {
    let point = [0.7, 0.3, 2.0]
    func loss(_ p: [Double]) -> Double {
      let steps = lossSteps.isEmpty ? [5] : lossSteps
      return steps.map {
        let y = Self.state($0, a: p[0], b: p[1], s: p[2]); return y * y
      }.reduce(0, +) / Double(steps.count)
    }
    let found = try Self.gradient(point, .unrolled(steps: 5), lossSteps: lossSteps)
    #expect(abs(try found.loss.scalar() - loss(point)) < 1e-12)
    let expected = centralDifferences(of: { loss($0) }, at: point, step: 1e-6)
    #expect(relativeDifference(try found.gradients.flatMap { try $0.doubles() }, expected) < 1e-8)
  }

  @Test func `Other adjoints take the start as a constant and have no states on the way`() throws {
    let found = try Self.gradient([0.7, 0.3, 2], .implicit(ImplicitAdjoint(solver: SolverSettings())), lossSteps: [])
    #expect(try found.gradients[2].doubles() == [0])
    #expect(throws: EquilibriumError.self) { try Self.gradient([0.7, 0.3, 2], .jacobianFree, lossSteps: [1]) }
  }

  @Test(arguments: [[0], [2, 2], [3, 1], [1, 6]]) func `Steps that are not there, or not in order, are errors`(lossSteps: [Int]) {
    #expect(throws: EquilibriumError.self) { try Self.gradient([0.7, 0.3, 2], .unrolled(steps: 5), lossSteps: lossSteps) }
  }
}
