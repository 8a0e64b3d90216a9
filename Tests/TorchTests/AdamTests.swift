import Foundation
import Testing

@testable import Torch

@Suite struct AdamTests {
  /// The first step of Adam moves every parameter by the learning rate against the sign of its gradient.
  @Test func `The first step has the size of the learning rate`() throws {
    let linear = try Linear(2, 1, bias: false, type: .float64)
    let adam = try Adam(linear.parameters, .init(learningRate: 0.1))
    try adam.step([Tensor([5, -0.01], shape: [1, 2])])
    let moved = try linear.weight.value.doubles()
    #expect(abs(moved[0] + 0.1) < 1e-8)
    #expect(abs(moved[1] - 0.1) < 1e-6)  // epsilon shows at small gradients: 1e-8 / 1e-2
  }

  @Test func `Three steps equal the formulas worked out in plain arithmetic`() throws {
    let linear = try Linear(1, 1, bias: false, type: .float64)
    try linear.weight.assign(Tensor([0.7], shape: [1, 1]))
    let settings = Adam.Settings(learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1)
    let adam = try Adam(linear.parameters, settings)
    var (p, m, v) = (0.7, 0.0, 0.0)
    for (t, gradient) in [(1.0, 0.3), (2.0, -1.2), (3.0, 0.05)] {
      try adam.step([Tensor([gradient], shape: [1, 1])])
      let g = gradient + 0.1 * p
      m = 0.8 * m + 0.2 * g
      v = 0.95 * v + 0.05 * g * g
      p -= 0.05 / (1 - pow(0.8, t)) * m / (v.squareRoot() / (1 - pow(0.95, t)).squareRoot() + 1e-6)
      #expect(abs(try linear.weight.value.scalar() - p) < 1e-14)
    }
  }

  @Test func `A restored optimizer continues bit for bit`() throws {
    func run(interruptedAfter pause: Int?) throws -> [Double] {
      let linear = try Linear(3, 2)
      var adam = try Adam(linear.parameters, .init(learningRate: 0.01))
      for step in 0..<6 {
        if step == pause {
          let saved = adam.state
          adam = try Adam(linear.parameters, .init(learningRate: 0.01))
          try adam.restore(saved)
        }
        let gradient = try Tensor(sineValues(6, phase: Double(step)), shape: [2, 3], type: .float32)
        try adam.step([gradient, Tensor(sineValues(2, phase: Double(step)), type: .float32)])
      }
      return try linear.weight.value.doubles()
    }
    #expect(try run(interruptedAfter: nil) == run(interruptedAfter: 3))
  }

  @Test func `Clipping shortens all gradients together to the limit, and leaves short ones alone`() throws {
    let gradients = try [Tensor([3, 0], shape: [2]), Tensor([0, 4, 12], shape: [1, 3])]  // 13 long
    #expect(try clipped(gradients, toNorm: 13.1).flatMap { try $0.doubles() } == [3, 0, 0, 4, 12])
    let short = try clipped(gradients, toNorm: 2.6)
    #expect(short.map(\.shape) == [[2], [1, 3]])
    let values: [Double] = try short.flatMap { try $0.doubles() }
    for (value, expected) in zip(values, [0.6, 0, 0, 0.8, 2.4]) { #expect(abs(value - expected) < 1e-6) }
  }

  @Test func `Moments of other shapes and a wrong number of gradients are refused`() throws {
    let linear = try Linear(3, 2)
    let adam = try Adam(linear.parameters, .init(learningRate: 0.01))
    #expect(throws: TorchError.self) { try adam.restore(.init(step: 1, firstMoments: [], secondMoments: [])) }
    #expect(throws: TorchError.self) { try adam.step([]) }
  }

  @Test func `Parameters carry dotted names, their count, and refuse another shape`() throws {
    struct Pair: Module {
      let first: Linear
      let second: Linear
      var parameters: NamedParameters {
        var named = NamedParameters()
        named.add("0", first)
        named.add("out.2", second)
        return named
      }
    }
    let pair = try Pair(first: Linear(2, 3), second: Linear(3, 1, bias: false))
    #expect(pair.parameters.names == ["0.weight", "0.bias", "out.2.weight"])
    #expect(pair.parameters.count == 6 + 3 + 3)
    #expect(throws: TorchError.self) { try pair.first.weight.assign(.zeros([2, 3])) }
  }
}
