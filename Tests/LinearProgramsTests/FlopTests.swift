import LinearPrograms
import StudyKit
import Testing
import Torch

/// Floating-point operations of the graph networks, written out from their sizes: a multiply-add counts as two; biases, ReLU and other
/// element-wise work are not counted.
@Suite struct FlopTests {
  /// B programs of m constraints, n variables and z non-zeros, as published.
  static let (b, m, n, z) = (3, 10, 50, 100)

  static func batch() throws -> LinearProgramBatch {
    let programs = try ExampleProgram.published(b)
    return try LinearProgramBatch(
      ProgramBatch(programs), solutions: Array(repeating: 0, count: b * n), options: TensorOptions(type: .float32))
  }

  static func perceptron(_ rows: Int, _ inputs: Int, _ hidden: Int, _ outputs: Int) -> Int {
    2 * rows * (inputs * hidden + hidden * outputs)
  }

  /// Features of width 2 and 3 to width e.
  static func embedding(_ e: Int) -> Int { 2 * b * (m * 2 * e + n * 3 * e) }

  /// Towards constraints, towards variables, and again; l and r are the widths of their features.
  static func exchange(_ l: Int, _ r: Int) -> Int {
    let transforms = perceptron(b * m, l, l, l) + perceptron(b * n, r, r, r)
    let towardsConstraints = transforms + 2 * b * z * r + perceptron(b * m, l + r, l, l)
    let towardsVariables = transforms + 2 * b * z * l + perceptron(b * n, l + r, r, r)
    return 2 * (towardsConstraints + towardsVariables)
  }

  @Test(arguments: [1, 8]) func `explicit-gnn: embedding, four half-convolutions, head`(e: Int) throws {
    let (network, batch) = try (ExplicitGraphNetwork(embedding: e), Self.batch())
    let found = try Runtime.countingFlops { try network.predict(batch) }.flops
    #expect(found == Double(Self.embedding(e) + Self.exchange(e, e) + Self.perceptron(Self.b * Self.n, e, e, 1)))
  }

  @Test(arguments: [1, 8]) func `implicit-gnn: embedding once, four half-convolutions and the state in a step, head`(e: Int)
    throws
  {
    let (network, batch) = try (ImplicitGraphNetwork(embedding: e), Self.batch())
    let (context, inject) = try Runtime.countingFlops { try network.inject(batch) }
    let state = try network.initialState(context)
    let step = try Runtime.countingFlops { try network.step(state, context) }.flops
    let readout = try Runtime.countingFlops { try network.readout(state, context) }.flops
    #expect(inject == Double(Self.embedding(e)))
    #expect(step == Double(Self.exchange(e, e + 1) + 2 * Self.b * Self.n * (e + 1)))
    #expect(readout == Double(Self.perceptron(Self.b * Self.n, e + 1, e, 1)))
  }
}
