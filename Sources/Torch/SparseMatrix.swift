/// A sparse matrix A in compressed rows, for products that are differentiable in the values and in the dense factor.
///
/// Entry e of row r, `starts[r] <= e < starts[r + 1]`, has column `columnIndices[e]` and value `values[e]`. Entries of a row may come in
/// any order; several with the same column add up. The structure is checked once, here, and the transpose is prepared from it.
///
///     // [0 2; 3 0; 0 0]
///     let a = try SparseMatrix(
///       rows: 3, columns: 2, starts: [0, 1, 2, 2], columnIndices: [1, 0], values: Tensor([2, 3]))
///     let y = try a.product(Tensor([1, 10], shape: [2, 1]))  // [20, 3, 0]
///     let x = try a.transposed.product(y)  // [9, 40]
public struct SparseMatrix: Sendable {
  /// R.
  public let rowCount: Int
  /// C.
  public let columnCount: Int
  /// `[E]`, of the dense factor's type and device; may carry gradients.
  public let values: Tensor
  /// Of the rows of A, and of those of its transpose.
  private let rows, transposedRows: CompressedRows

  /// Rows in the form of the kernel, int64 on the device of the values: starts `[rows + 1]`, columns `[E]`, and for each entry its
  /// position in the order of the other structure's entries, `[E]`.
  private struct CompressedRows: Sendable {
    let starts, columns, order: Tensor

    init(starts: [Int], columns: [Int], order: [Int], device: Device) throws {
      func tensor(_ numbers: [Int]) throws -> Tensor { try Tensor(integers: numbers.map(Int64.init), device: device) }
      (self.starts, self.columns, self.order) = (try tensor(starts), try tensor(columns), try tensor(order))
    }
  }

  /// A matrix `[R, C]` with E entries.
  ///
  /// - Parameters:
  ///   - starts: `[R + 1]`, from 0 to E, ascending.
  ///   - columnIndices: `[E]`, each in 0 ..< C.
  ///   - values: `[E]`, of a floating-point type.
  /// - Throws: `TorchError` for sizes that disagree, starts that do not ascend, and columns out of range; it says where.
  public init(rows: Int, columns: Int, starts: [Int], columnIndices: [Int], values: Tensor) throws {
    let entries = columnIndices.count
    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
      if !condition { throw TorchError.argument(operation: "sparse matrix", message: message()) }
    }
    try require(rows >= 0 && columns >= 0, "expected sizes of at least 0, found \(rows) x \(columns)")
    guard values.shape == [entries] else {
      throw TorchError.shape(operation: "sparse matrix, values", expected: "[\(entries)]", found: values.shape)
    }
    guard values.type.isFloatingPoint else {
      throw TorchError.type(operation: "sparse matrix, values", expected: "a floating-point type", found: values.type)
    }
    try require(starts.count == rows + 1, "expected \(rows + 1) row starts, found \(starts.count)")
    try require(starts[0] == 0, "expected the first row to start at 0, found \(starts[0])")
    try require(
      starts[rows] == entries, "expected the last row to end at \(entries), the number of entries, found \(starts[rows])")
    if let row = (0..<rows).first(where: { starts[$0] > starts[$0 + 1] }) {
      try require(false, "expected row starts that ascend, found \(starts[row]) and \(starts[row + 1]) at row \(row)")
    }
    if let entry = columnIndices.firstIndex(where: { !(0..<columns).contains($0) }) {
      try require(false, "expected columns in 0 ..< \(columns), found \(columnIndices[entry]) at entry \(entry)")
    }
    let device = try values.device
    let transpose = Self.transpose(starts: starts, columns: columnIndices, columnCount: columns)
    var inverse = [Int](repeating: 0, count: entries)
    for (position, entry) in transpose.order.enumerated() { inverse[entry] = position }
    (rowCount, columnCount, self.values) = (rows, columns, values)
    self.rows = try CompressedRows(starts: starts, columns: columnIndices, order: inverse, device: device)
    transposedRows = try CompressedRows(
      starts: transpose.starts, columns: transpose.columns, order: transpose.order, device: device)
  }

  private init(rowCount: Int, columnCount: Int, values: Tensor, rows: CompressedRows, transposedRows: CompressedRows) {
    (self.rowCount, self.columnCount, self.values) = (rowCount, columnCount, values)
    (self.rows, self.transposedRows) = (rows, transposedRows)
  }

  /// The rows of the transpose, whose entries stay in the order of those of A, and the entry of A that each of them is.
  private static func transpose(
    starts: [Int], columns: [Int], columnCount: Int
  ) -> (starts: [Int], columns: [Int], order: [Int]) {
    var transposedStarts = [Int](repeating: 0, count: columnCount + 1)
    for column in columns { transposedStarts[column + 1] += 1 }
    for column in 0..<columnCount { transposedStarts[column + 1] += transposedStarts[column] }
    var next = transposedStarts
    var (rows, order) = ([Int](repeating: 0, count: columns.count), [Int](repeating: 0, count: columns.count))
    for row in 0..<(starts.count - 1) {
      for entry in starts[row]..<starts[row + 1] {
        let position = next[columns[entry]]
        (rows[position], order[position]) = (row, entry)
        next[columns[entry]] += 1
      }
    }
    return (transposedStarts, rows, order)
  }

  /// A transposed, `[C, R]`, with the same entries: gradients flow back to the values of A.
  public var transposed: SparseMatrix {
    get throws {
      SparseMatrix(
        rowCount: columnCount, columnCount: rowCount, values: try values.indexSelect(transposedRows.order), rows: transposedRows,
        transposedRows: rows)
    }
  }

  /// |A|: the magnitudes of all entries, in the places of A's; gradients flow back to the values of A.
  public var magnitudes: SparseMatrix {
    get throws {
      SparseMatrix(
        rowCount: rowCount, columnCount: columnCount, values: try values.abs(), rows: rows, transposedRows: transposedRows)
    }
  }

  private static let spmm = Operator("implicit::spmm")

  /// A X: `[C, W]` -> `[R, W]`. 2 E W floating-point operations.
  ///
  /// - Throws: `TorchError` for a factor of another shape, type or device.
  public func product(_ x: Tensor) throws -> Tensor {
    try Self.spmm(
      .tensor(values), .tensor(rows.starts), .tensor(rows.columns), .tensor(transposedRows.starts),
      .tensor(transposedRows.columns), .tensor(transposedRows.order), .tensor(x))
  }
}
