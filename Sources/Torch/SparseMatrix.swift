/// A sparse matrix A in compressed rows, with the structure of its transpose prepared, for products that are
/// differentiable in the values and in the dense factor.
///
/// Entry e of row r (`starts[r] <= e < starts[r + 1]`) has column `columns[e]` and value `values[e]`. The rows of the transpose
/// have starts `transposedStarts`, columns (rows of A) `transposedColumns`, and values `values[transposedOrder[.]]`.
public struct SparseMatrix: Sendable {
  /// `[entries]`, of the dense factor's type; may carry gradients.
  public var values: Tensor
  /// `[rows + 1]`, int64.
  public let starts: Tensor
  /// `[entries]`, int64.
  public let columns: Tensor
  /// `[columns + 1]`, int64.
  public let transposedStarts: Tensor
  /// `[entries]`, int64.
  public let transposedColumns: Tensor
  /// `[entries]`, int64: the position in `values` of each entry of the transpose.
  public let transposedOrder: Tensor

  public init(
    values: Tensor, starts: Tensor, columns: Tensor, transposedStarts: Tensor, transposedColumns: Tensor,
    transposedOrder: Tensor
  ) {
    self.values = values
    self.starts = starts
    self.columns = columns
    self.transposedStarts = transposedStarts
    self.transposedColumns = transposedColumns
    self.transposedOrder = transposedOrder
  }

  private static let spmm = Operator("implicit::spmm")

  public var rowCount: Int { starts.count - 1 }
  public var columnCount: Int { transposedStarts.count - 1 }

  /// A X: `[columns, width]` -> `[rows, width]`.
  public func product(_ x: Tensor) throws -> Tensor {
    try Self.spmm(
      .tensor(values), .tensor(starts), .tensor(columns), .tensor(transposedStarts), .tensor(transposedColumns),
      .tensor(transposedOrder), .tensor(x))
  }
}
