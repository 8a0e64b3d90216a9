import TestSupport
import Testing

@testable import Torch

/// The fused perceptron against the same function in plain operators.
@Suite struct TwoLayerPerceptronTests {
  struct Case: CustomTestStringConvertible {
    let rows, first, second, hidden, outputs: Int
    var firstBias = true
    var secondBias = true
    var rectified = false
    var testDescription: String { "\(rows) x (\(first) + \(second)) -> \(hidden) -> \(outputs)" }
  }

  /// Around the block of 48 rows, the tile of 6, vectors of 8 and 16, and the slice of 4096 rows.
  static let cases = [
    Case(rows: 1, first: 1, second: 0, hidden: 1, outputs: 1),
    Case(rows: 7, first: 3, second: 1, hidden: 5, outputs: 2, rectified: true),
    Case(rows: 48, first: 8, second: 0, hidden: 8, outputs: 8, firstBias: false),
    Case(rows: 49, first: 8, second: 9, hidden: 9, outputs: 16, rectified: true),
    Case(rows: 100, first: 33, second: 32, hidden: 33, outputs: 17, secondBias: false),
    Case(rows: 4100, first: 2, second: 1, hidden: 3, outputs: 1),
    Case(rows: 0, first: 2, second: 1, hidden: 3, outputs: 1),
  ]

  struct Operands {
    let network: TwoLayerPerceptron
    let x: Tensor
    let y: Tensor?
    let cotangent: Tensor

    init(_ sizes: Case, type: DType) throws {
      network = try TwoLayerPerceptron(
        sizes.first + sizes.second, sizes.hidden, sizes.outputs, firstBias: sizes.firstBias,
        secondBias: sizes.secondBias, type: type)
      for (index, entry) in network.parameters.enumerated() {
        let shape = entry.parameter.value.shape
        try entry.parameter.assign(
          Tensor(sineValues(shape.reduce(1, *), phase: Double(index)), shape: shape, type: type))
      }
      x = try Tensor(sineValues(sizes.rows * sizes.first, phase: 0.4), shape: [sizes.rows, sizes.first], type: type)
        .tracked()
      y =
        sizes.second == 0
        ? nil
        : try Tensor(sineValues(sizes.rows * sizes.second, phase: 0.9), shape: [sizes.rows, sizes.second], type: type)
          .tracked()
      cotangent = try Tensor(
        sineValues(sizes.rows * sizes.outputs, phase: 0.2), shape: [sizes.rows, sizes.outputs], type: type)
    }

    var inputs: [Tensor] { [x] + (y.map { [$0] } ?? []) + network.parameters.tensors }

    func plain(rectified: Bool) throws -> Tensor {
      let joined = try y.map { try Tensor.concatenated([x, $0], dimension: 1) } ?? x
      let output = try network.second(network.first(joined).relu())
      return rectified ? try output.relu() : output
    }

    func fused(rectified: Bool) throws -> Tensor { try network(x, beside: y, rectified: rectified) }
  }

  @Test(arguments: cases, [DType.float32, .float64])
  func `Values and gradients equal those of plain operators`(_ sizes: Case, _ type: DType) throws {
    let operands = try Operands(sizes, type: type)
    let tolerance = type == .float64 ? 1e-12 : 2e-5
    let fused = try operands.fused(rectified: sizes.rectified)
    let plain = try operands.plain(rectified: sizes.rectified)
    #expect(fused.shape == plain.shape)
    #expect(relativeDifference(try fused.doubles(), try plain.doubles()) < tolerance)
    let found = try Autograd.gradients(of: [fused], withRespectTo: operands.inputs, cotangents: [operands.cotangent])
    let expected = try Autograd.gradients(
      of: [plain], withRespectTo: operands.inputs, cotangents: [operands.cotangent])
    for (a, b) in zip(found, expected) {
      #expect(relativeDifference(try a.doubles(), try b.doubles()) < tolerance)
    }
  }

  @Test func `Second derivatives equal those of plain operators`() throws {
    let sizes = Case(rows: 9, first: 3, second: 2, hidden: 4, outputs: 3, rectified: true)
    let operands = try Operands(sizes, type: .float64)
    func second(_ output: Tensor) throws -> [Tensor] {
      let first = try Autograd.gradients(
        of: [(output * output * operands.cotangent).sum()], withRespectTo: operands.inputs, createGraph: true)
      let scalar = try first.reduce(Tensor(scalar: 0)) { try $0 + $1.pow(2).sum() }
      return try Autograd.gradients(of: [scalar], withRespectTo: operands.inputs)
    }
    let found = try second(operands.fused(rectified: true))
    let expected = try second(operands.plain(rectified: true))
    for (a, b) in zip(found, expected) {
      #expect(relativeDifference(try a.doubles(), try b.doubles()) < 1e-12)
    }
  }

  @Test func `A NaN stays visible`() throws {
    let network = try TwoLayerPerceptron(2, 3, 1)
    for (_, parameter) in network.parameters {
      try parameter.assign(Tensor.full(parameter.value.shape, 1))
    }
    let x = try Tensor([.nan, 1, 1, 1], shape: [2, 2], type: .float32)
    let y = try network(x, rectified: true).doubles()
    #expect(y[0].isNaN)
    #expect(y[1] == 10)
  }

  @Test func `Results have the same bits for any number of threads`() throws {
    let before = try Runtime.threads
    defer { try? Runtime.setThreads(before) }
    let operands = try Operands(Case(rows: 9000, first: 4, second: 1, hidden: 5, outputs: 3), type: .float32)
    let runs = try [1, 2].map { threads in
      try Runtime.setThreads(threads)
      let output = try operands.fused(rectified: false)
      return try Autograd.gradients(of: [output], withRespectTo: operands.inputs, cotangents: [operands.cotangent])
        .map { try $0.doubles() } + [output.doubles()]
    }
    #expect(runs[0] == runs[1])
  }

  @Test func `Operands that do not fit are refused with the reason`() throws {
    let network = try TwoLayerPerceptron(2, 3, 1)
    #expect(throws: TorchError.self) { _ = try network(.zeros([4, 3])) }
    #expect(throws: TorchError.self) { _ = try network(.zeros([4, 1]), beside: .zeros([5, 1])) }
    #expect(throws: TorchError.self) { _ = try network(.zeros([4, 2], type: .float64)) }
  }
}
