import TestSupport
import Testing

@testable import Torch

/// Central differences of `f` at `x`, entry by entry, in float64.
func centralDifferences(_ f: (Tensor) throws -> Double, at x: Tensor) throws -> [Double] {
  try centralDifferences(of: { try f(Tensor($0, shape: x.shape)) }, at: x.doubles())
}

func sineValues(_ count: Int, phase: Double = 0) -> [Double] {
  // Fixed, aperiodic, of both signs.
  (0..<count).map { index in
    let x = Double(index) * 1.7 + phase
    return (x - (x / 2).rounded() * 2) * 0.8 + 0.05
  }
}

@Suite struct AutogradTests {
  @Test func `Gradients equal central differences`() throws {
    let weight = try Tensor(sineValues(12, phase: 0.3), shape: [4, 3])
    let bias = try Tensor(sineValues(4))
    func f(_ x: Tensor) throws -> Tensor { try (x.linear(weight, bias).tanh() * x.linear(weight, nil).gelu()).sum() }
    let x = try Tensor(sineValues(6, phase: 0.1), shape: [2, 3])
    let leaf = try x.tracked()
    let gradient = try Autograd.gradients(of: [f(leaf)], withRespectTo: [leaf])[0]
    let expected = try centralDifferences({ try f($0).scalar() }, at: x)
    #expect(relativeDifference(try gradient.doubles(), expected) < 1e-8)
  }

  @Test func `A cotangent gives the vector-Jacobian product`() throws {
    let a = try Tensor([2, 0, 1, 3], shape: [2, 2])
    let x = try Tensor([1, 1]).tracked()
    let y = try a.matmul(x)
    let v = try Tensor([5, 7])
    #expect(try Autograd.gradients(of: [y], withRespectTo: [x], cotangents: [v])[0].doubles() == [17, 21])
  }

  @Test func `Several outputs add their products, and a nil cotangent is one`() throws {
    let x = try Tensor([3.0]).tracked()
    let square = try (x * x).sum()
    let gradient = try Autograd.gradients(
      of: [square, x * 2], withRespectTo: [x], cotangents: [nil, Tensor([10.0])])[0]
    #expect(try gradient.doubles() == [6 + 20])
  }

  @Test func `An input that nothing depends on has gradient zero`() throws {
    let x = try Tensor([1.0, 2.0]).tracked()
    let unused = try Tensor([1.0, 2.0, 3.0]).tracked()
    let gradients = try Autograd.gradients(of: [x.sum()], withRespectTo: [x, unused])
    #expect(try gradients[1].doubles() == [0, 0, 0])
  }

  @Test func `Without tracking nothing is recorded, and tracking comes back after an error`() throws {
    let x = try Tensor([1.0]).tracked()
    #expect(try Autograd.withoutTracking { try (x * 2).requiresGradient } == false)
    _ = try? Autograd.withoutTracking { throw TorchError.device("x") }
    #expect(try (x * 2).requiresGradient)
    #expect(try Autograd.withoutTracking { try Autograd.withTracking { try (x * 2).requiresGradient } })
  }

  @Test func `Second derivatives come through a created graph`() throws {
    let x = try Tensor([2.0]).tracked()
    let first = try Autograd.gradients(of: [x.pow(3).sum()], withRespectTo: [x], createGraph: true)[0]
    let second = try Autograd.gradients(of: [first.sum()], withRespectTo: [x])[0]
    #expect(try second.doubles() == [12])
  }

  @Test func `A wrong number of cotangents is refused`() throws {
    let x = try Tensor([1.0]).tracked()
    #expect(throws: TorchError.self) {
      _ = try Autograd.gradients(of: [x.sum()], withRespectTo: [x], cotangents: [nil, nil])
    }
  }
}
