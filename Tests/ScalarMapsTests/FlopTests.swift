import StudyKit
import Testing
import Torch

@testable import ScalarMaps

/// Floating-point operations of the networks, written out from their sizes: a multiply-add counts as two; biases, ReLU and other
/// element-wise work are not counted.
@Suite struct FlopTests {
  static let b = 5

  static func batch(_ dimension: Int) throws -> ScalarMapBatch {
    try PerceptronTests.batch(Array(repeating: Array(repeating: 0.3, count: dimension), count: b), type: .float32)
  }

  static func counts<Network: ImplicitModel>(_ network: Network, _ batch: Network.Batch) throws -> [Double] {
    let (context, inject) = try Runtime.countingFlops { try network.inject(batch) }
    let state = try network.initialState(context)
    return try [
      inject, Runtime.countingFlops { try network.step(state, context) }.flops,
      Runtime.countingFlops { try network.readout(state, context) }.flops,
    ]
  }

  @Test(arguments: [1, 2], [1, 6]) func `implicit-perceptron: two layers in a step, a linear readout`(n: Int, w: Int) throws {
    let found = try Self.counts(ImplicitPerceptron(dimension: n, width: w, seed: 1), Self.batch(n))
    #expect(found == [0, Double(2 * Self.b * ((w + n) * w + w * w)), Double(2 * Self.b * w)])
  }

  @Test(arguments: [1, 2], [1, 6]) func `explicit-perceptron: three layers`(n: Int, w: Int) throws {
    let (network, batch) = try (ExplicitPerceptron(dimension: n, width: w, seed: 1), Self.batch(n))
    let found = try Runtime.countingFlops { try network.predict(batch) }.flops
    #expect(found == Double(2 * Self.b * (n * w + w * w + w)))
  }

  @Test func `Constructed: two element-wise operations, which are not counted`() throws {
    #expect(try Self.counts(ConstructedOperator(TargetMap(.ring), .recipe), Self.batch(2)) == [0, 0, 0])
  }
}
