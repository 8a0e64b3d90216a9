import Testing

@testable import Torch

/// Central differences of `f` at `x`, entry by entry, in float64.
func centralDifferences(_ f: (Tensor) throws -> Double, at x: Tensor, step: Double = 1e-6) throws -> [Double] {
  let values = try x.doubles()
  return try values.indices.map { i in
    func shifted(_ delta: Double) throws -> Double {
      var moved = values
      moved[i] += delta
      return try f(Tensor(moved, shape: x.shape))
    }
    return try (shifted(step) - shifted(-step)) / (2 * step)
  }
}

/// max |a - b| / max |b|
func relativeDifference(_ a: [Double], _ b: [Double]) -> Double {
  let scale = b.map(abs).max() ?? 0
  return (zip(a, b).map { abs($0 - $1) }.max() ?? 0) / (scale > 0 ? scale : 1)
}

func sineValues(_ count: Int, phase: Double = 0) -> [Double] {
  // Fixed, aperiodic, of both signs.
  (0..<count).map { index in
    let x = Double(index) * 1.7 + phase
    return (x - (x / 2).rounded() * 2) * 0.8 + 0.05
  }
}

@Suite struct AutogradTests {
  @Test func `gradients equal central differences`() throws {
    let weight = try Tensor(sineValues(12, phase: 0.3), shape: [4, 3])
    let bias = try Tensor(sineValues(4))
    func f(_ x: Tensor) throws -> Tensor { try (x.linear(weight, bias).tanh() * x.linear(weight, nil).gelu()).sum() }
    let x = try Tensor(sineValues(6, phase: 0.1), shape: [2, 3])
    let leaf = try x.tracked()
    let gradient = try Autograd.gradients(of: [f(leaf)], withRespectTo: [leaf])[0]
    let expected = try centralDifferences({ try f($0).scalar() }, at: x)
    #expect(relativeDifference(try gradient.doubles(), expected) < 1e-8)
  }

  @Test func `a cotangent gives the vector-Jacobian product`() throws {
    let a = try Tensor([2, 0, 1, 3], shape: [2, 2])
    let x = try Tensor([1, 1]).tracked()
    let y = try a.matmul(x)
    let v = try Tensor([5, 7])
    #expect(try Autograd.gradients(of: [y], withRespectTo: [x], cotangents: [v])[0].doubles() == [17, 21])
  }

  @Test func `several outputs add their products, and a nil cotangent is one`() throws {
    let x = try Tensor([3.0]).tracked()
    let square = try (x * x).sum()
    let gradient = try Autograd.gradients(
      of: [square, x * 2], withRespectTo: [x], cotangents: [nil, Tensor([10.0])])[0]
    #expect(try gradient.doubles() == [6 + 20])
  }

  @Test func `an input that nothing depends on has gradient zero`() throws {
    let x = try Tensor([1.0, 2.0]).tracked()
    let unused = try Tensor([1.0, 2.0, 3.0]).tracked()
    let gradients = try Autograd.gradients(of: [x.sum()], withRespectTo: [x, unused])
    #expect(try gradients[1].doubles() == [0, 0, 0])
  }

  @Test func `without tracking nothing is recorded, and tracking comes back after an error`() throws {
    let x = try Tensor([1.0]).tracked()
    #expect(try Autograd.withoutTracking { try (x * 2).requiresGradient } == false)
    _ = try? Autograd.withoutTracking { throw TorchError.device("x") }
    #expect(try (x * 2).requiresGradient)
    #expect(try Autograd.withoutTracking { try Autograd.withTracking { try (x * 2).requiresGradient } })
  }

  @Test func `second derivatives come through a created graph`() throws {
    let x = try Tensor([2.0]).tracked()
    let first = try Autograd.gradients(of: [x.pow(3).sum()], withRespectTo: [x], createGraph: true)[0]
    let second = try Autograd.gradients(of: [first.sum()], withRespectTo: [x])[0]
    #expect(try second.doubles() == [12])
  }

  @Test func `a wrong number of cotangents is refused`() throws {
    let x = try Tensor([1.0]).tracked()
    #expect(throws: TorchError.self) {
      _ = try Autograd.gradients(of: [x.sum()], withRespectTo: [x], cotangents: [nil, nil])
    }
  }
}

@Suite struct SparseMatrixTests {
  /// 3 x 4, with an empty row and an empty column.
  static let dense: [[Double]] = [[0, 2, 0, -1], [0, 0, 0, 0], [3, 0, 0, 0.5]]

  static func sparse(values: Tensor? = nil) throws -> SparseMatrix {
    try SparseMatrix(
      values: values ?? Tensor([2, -1, 3, 0.5]), starts: Tensor(integers: [0, 2, 2, 4]),
      columns: Tensor(integers: [1, 3, 0, 3]), transposedStarts: Tensor(integers: [0, 1, 2, 2, 4]),
      transposedColumns: Tensor(integers: [2, 0, 0, 2]), transposedOrder: Tensor(integers: [2, 0, 1, 3]))
  }

  @Test(arguments: [1, 3, 9, 33]) func `the product equals the dense one`(_ width: Int) throws {
    let x = try Tensor(sineValues(4 * width), shape: [4, width])
    let expected = try Tensor(Self.dense.flatMap { $0 }, shape: [3, 4]).matmul(x)
    #expect(try Self.sparse().product(x).doubles() == expected.doubles())
  }

  @Test func `gradients in the values and in the dense factor equal central differences`() throws {
    let x = try Tensor(sineValues(8), shape: [4, 2])
    let v = try Tensor([2, -1, 3, 0.5])
    let weights = try Tensor(sineValues(6, phase: 0.7), shape: [3, 2])
    func f(_ v: Tensor, _ x: Tensor) throws -> Tensor {
      try (Self.sparse(values: v).product(x).pow(2) * weights).sum()
    }
    let leaves = try [v.tracked(), x.tracked()]
    let gradients = try Autograd.gradients(of: [f(leaves[0], leaves[1])], withRespectTo: leaves)
    let inValues = try centralDifferences({ try f($0, x).scalar() }, at: v)
    let inDense = try centralDifferences({ try f(v, $0).scalar() }, at: x)
    #expect(relativeDifference(try gradients[0].doubles(), inValues) < 1e-8)
    #expect(relativeDifference(try gradients[1].doubles(), inDense) < 1e-8)
  }

  @Test func `second derivatives through the product equal central differences of the first`() throws {
    let x = try Tensor(sineValues(8), shape: [4, 2])
    func first(_ x: Tensor, createGraph: Bool) throws -> (leaf: Tensor, gradient: Tensor) {
      let leaf = try x.tracked()
      let y = try Self.sparse().product(leaf).pow(3).sum()
      return (leaf, try Autograd.gradients(of: [y], withRespectTo: [leaf], createGraph: createGraph)[0])
    }
    let direction = try Tensor(sineValues(8, phase: 0.2), shape: [4, 2])
    let (leaf, gradient) = try first(x, createGraph: true)
    let second = try Autograd.gradients(of: [(gradient * direction).sum()], withRespectTo: [leaf])[0]
    let expected = try centralDifferences(
      { try (first($0, createGraph: false).gradient * direction).sum().scalar() }, at: x)
    #expect(relativeDifference(try second.doubles(), expected) < 1e-7)
  }

  @Test func `operands that do not fit are refused`() throws {
    #expect(throws: TorchError.self) { _ = try Self.sparse().product(Tensor([1, 2, 3, 4])) }
    #expect(throws: TorchError.self) {
      _ = try Self.sparse().product(Tensor([1, 2, 3, 4], shape: [4, 1], type: .float32))
    }
  }

  @Test func `the result does not depend on the number of threads`() throws {
    let before = try Runtime.threads
    defer { try? Runtime.setThreads(before) }
    let x = try Tensor(sineValues(8), shape: [4, 2])
    let results = try [1, 2].map { threads in
      try Runtime.setThreads(threads)
      return try Self.sparse().product(x).doubles()
    }
    #expect(results[0] == results[1])
  }
}
