import TestSupport
import Testing

@testable import Torch

@Suite struct SparseMatrixTests {
  /// 3 x 4, with an empty row and an empty column.
  static let dense: [[Double]] = [[0, 2, 0, -1], [0, 0, 0, 0], [3, 0, 0, 0.5]]

  static func sparse(values: Tensor? = nil) throws -> SparseMatrix {
    try SparseMatrix(
      rows: 3, columns: 4, starts: [0, 2, 2, 4], columnIndices: [1, 3, 0, 3], values: values ?? Tensor([2, -1, 3, 0.5]))
  }

  @Test(arguments: [1, 3, 9, 33]) func `The product equals the dense one, and so does that of the transpose`(_ width: Int) throws
  {
    let dense = try Tensor(Self.dense.flatMap { $0 }, shape: [3, 4])
    let x = try Tensor(sineValues(4 * width), shape: [4, width])
    let y = try Tensor(sineValues(3 * width), shape: [3, width])
    #expect(try Self.sparse().product(x).doubles() == dense.matmul(x).doubles())
    let transposed = try Self.sparse().transposed
    #expect(transposed.rowCount == 4 && transposed.columnCount == 3)
    #expect(try transposed.product(y).doubles() == dense.transposed().matmul(y).doubles())
    #expect(try transposed.transposed.product(x).doubles() == dense.matmul(x).doubles())
  }

  @Test func `The products of the documentation`() throws {
    let a = try SparseMatrix(rows: 3, columns: 2, starts: [0, 1, 2, 2], columnIndices: [1, 0], values: Tensor([2, 3]))
    let y = try a.product(Tensor([1, 10], shape: [2, 1]))
    #expect(try y.doubles() == [20, 3, 0])
    #expect(try a.transposed.product(y).doubles() == [9, 40])
  }

  @Test func `Gradients in the values and in the dense factor equal central differences`() throws {
    let x = try Tensor(sineValues(8), shape: [4, 2])
    let v = try Tensor([2, -1, 3, 0.5])
    let weights = try Tensor(sineValues(6, phase: 0.7), shape: [3, 2])
    // Both the matrix and its transpose, whose values come from the same tensor.
    func f(_ v: Tensor, _ x: Tensor) throws -> Tensor {
      let matrix = try Self.sparse(values: v)
      let product = try matrix.product(x)
      return try (product.pow(2) * weights).sum() + matrix.transposed.product(product).pow(2).sum()
    }
    let leaves = try [v.tracked(), x.tracked()]
    let gradients = try Autograd.gradients(of: [f(leaves[0], leaves[1])], withRespectTo: leaves)
    let inValues = try centralDifferences({ try f($0, x).scalar() }, at: v)
    let inDense = try centralDifferences({ try f(v, $0).scalar() }, at: x)
    #expect(relativeDifference(try gradients[0].doubles(), inValues) < 1e-8)
    #expect(relativeDifference(try gradients[1].doubles(), inDense) < 1e-8)
  }

  @Test func `Second derivatives through the product equal central differences of the first`() throws {
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

  @Test func `Factors that do not fit are refused`() throws {
    let a = try Self.sparse()
    #expect(throws: TorchError.self) { _ = try a.product(Tensor([1, 2, 3, 4])) }
    #expect(throws: TorchError.self) { _ = try a.product(Tensor([1, 2, 3, 4], shape: [4, 1], type: .float32)) }
    // Five rows would be out of range for a matrix of four columns only in the transpose: a gradient of the wrong shape.
    for rows in [3, 5] {
      let error = try #require(throws: TorchError.self) { _ = try a.product(.zeros([rows, 2], type: .float64)) }
      #expect(error.description.contains("a row for each of the 4 columns"), "\(error)")
    }
  }

  struct Broken: CustomTestStringConvertible {
    var rows = 3
    var columns = 4
    var starts = [0, 2, 2, 4]
    var columnIndices = [1, 3, 0, 3]
    var values = 4
    let reason: String
    var testDescription: String { reason }
  }

  @Test(arguments: [
    Broken(starts: [0, 2, 4], reason: "expected 4 row starts, found 3"),
    Broken(starts: [1, 2, 2, 4], reason: "expected the first row to start at 0, found 1"),
    Broken(starts: [0, 2, 2, 1000], reason: "expected the last row to end at 4, the number of entries, found 1000"),
    Broken(starts: [0, 3, 2, 4], reason: "expected row starts that ascend, found 3 and 2 at row 1"),
    Broken(starts: [0, -7, 2, 4], reason: "expected row starts that ascend, found 0 and -7 at row 0"),
    Broken(columnIndices: [1, 4, 0, 3], reason: "expected columns in 0 ..< 4, found 4 at entry 1"),
    Broken(columnIndices: [1, 3, 0, -1], reason: "expected columns in 0 ..< 4, found -1 at entry 3"),
    Broken(rows: -1, starts: [], reason: "expected sizes of at least 0, found -1 x 4"),
    Broken(values: 3, reason: "expected shape [4], found [3]"),
  ])
  func `A structure that would be read out of bounds is refused, and the error says where`(_ broken: Broken) throws {
    let error = try #require(throws: TorchError.self) {
      try SparseMatrix(
        rows: broken.rows, columns: broken.columns, starts: broken.starts, columnIndices: broken.columnIndices,
        values: .zeros([broken.values]))
    }
    #expect(error.description.contains(broken.reason), "\(error)")
  }

  @Test func `Values of integers are refused`() throws {
    #expect(throws: TorchError.self) {
      try SparseMatrix(rows: 1, columns: 1, starts: [0, 1], columnIndices: [0], values: Tensor(integers: [1]))
    }
  }

  /// The kernel itself, which any program can call by its name.
  @Test func `The kernel reads no index out of range, and views with gaps as they are`() throws {
    let kernel = Operator("implicit::spmm")
    func product(
      starts: [Int64] = [0, 2, 2, 4], columns: [Int64] = [1, 3, 0, 3], transposedStarts: [Int64] = [0, 1, 2, 2, 4],
      withGaps: Bool = false
    ) throws -> [Double] {
      func index(_ values: [Int64]) throws -> Tensor {
        if !withGaps { return try Tensor(integers: values) }
        return try Tensor(integers: values.flatMap { [$0, 1 << 40] }, shape: [values.count, 2]).select(1, 0)
      }
      return try kernel(
        .tensor(Tensor([2, -1, 3, 0.5])), .tensor(index(starts)), .tensor(index(columns)), .tensor(index(transposedStarts)),
        .tensor(index([2, 0, 0, 2])), .tensor(index([2, 0, 1, 3])), .tensor(Tensor([1, 2, 3, 4], shape: [4, 1]))
      ).doubles()
    }
    #expect(try product() == [0, 0, 5])
    #expect(try product(withGaps: true) == [0, 0, 5])
    for (starts, columns) in [
      ([0, 2, 2, 1 << 40], [1, 3, 0, 3]), ([0, -5, 2, 4], [1, 3, 0, 3]), ([0, 2, 2, 4], [1, 4, 0, 3]),
      ([0, 2, 2, 4], [1, -1, 0, 3]),
    ] as [([Int64], [Int64])] {
      #expect(throws: TorchError.self) { try product(starts: starts, columns: columns) }
    }
    #expect(throws: TorchError.self) { try product(transposedStarts: [0, 4]) }
  }

  /// 4096 rows and columns of width 32 are four times what one task takes, so two threads share the product and the gradient. That no
  /// sum is split between them matters, because these sums depend on the order.
  @Test func `The result and its gradients do not depend on the number of threads`() throws {
    let before = try Runtime.threads
    defer { try? Runtime.setThreads(before) }
    let (size, perRow, width) = (4096, 16, 32)
    let columns = (0..<(size * perRow)).map { ($0 * 2_654_435_761) % size }
    let values = try Tensor(sineValues(size * perRow, phase: 0.3), type: .float32)
    func matrix(_ part: Range<Int>) throws -> SparseMatrix {
      let kept = (0..<size).flatMap { row in part.map { row * perRow + $0 } }
      return try SparseMatrix(
        rows: size, columns: size, starts: (0...size).map { $0 * part.count }, columnIndices: kept.map { columns[$0] },
        values: values.indexSelect(Tensor(integers: kept.map(Int64.init))).detached().tracked())
    }
    let x = try Tensor(sineValues(size * width), shape: [size, width], type: .float32).tracked()
    func results(_ matrix: SparseMatrix) throws -> [[Double]] {
      let y = try matrix.product(x)
      let gradients = try Autograd.gradients(of: [(y * y).sum()], withRespectTo: [matrix.values, x])
      return try ([y] + gradients).map { try $0.doubles() }
    }
    let whole = try matrix(0..<perRow)
    let runs = try [1, 2].map { threads in
      try Runtime.setThreads(threads)
      return try results(whole)
    }
    #expect(runs[0] == runs[1])
    let halves = try (matrix(0..<8).product(x) + matrix(8..<16).product(x)).doubles()
    #expect(halves != runs[0][0])
    #expect(relativeDifference(halves, runs[0][0]) < 1e-5)
  }
}
