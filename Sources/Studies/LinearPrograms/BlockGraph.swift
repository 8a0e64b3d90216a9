import Support

/// A batch of B linear programs of the same size as one sparse matrix in compressed rows, with its transpose prepared.
///
/// The matrix is block diagonal, `[B m, B n]`: instances one after the other, constraint i of instance k is row k m + i,
/// variable j is column k n + j. Entries of a row stay in the order in which they were stored. With Y = A X and
/// V = A'U, the product by rows serves messages from variables to constraints and the transposed one those back.
public struct BlockGraph: Equatable, Sendable {
  /// B.
  public let instances: Int
  /// Entries of row r are at `rowPointers[r] ..< rowPointers[r + 1]`; `[B m + 1]`.
  public let rowPointers: [Int64]
  /// Column (variable) of each entry, `[B z]`.
  public let columns: [Int64]
  /// Value of each entry, `[B z]`.
  public let values: [Double]
  /// The stored edge, counted through the whole batch, that each entry comes from, `[B z]`:
  /// `values[p] = edgeValue[edgeOrder[p]]`.
  public let edgeOrder: [Int64]
  /// Entries of row c of A' are at `transposedRowPointers[c] ..< transposedRowPointers[c + 1]`; `[B n + 1]`.
  public let transposedRowPointers: [Int64]
  /// Constraint of each entry of A', `[B z]`.
  public let transposedColumns: [Int64]
  /// Where the value of each entry of A' is: entry p has the value `values[transposePermutation[p]]`; `[B z]`.
  public let transposePermutation: [Int64]

  /// The graph of a batch.
  ///
  /// - Parameters:
  ///   - instances: B, at least 1.
  ///   - constraints: m, of each instance.
  ///   - variables: n, of each instance.
  ///   - edgeConstraint: constraint of each edge within its instance, instance by instance, `[B z]`.
  ///   - edgeVariable: variable of each edge within its instance, `[B z]`.
  ///   - edgeValue: value of each edge, `[B z]`.
  /// - Throws: `Failure` (bad data) when the sizes disagree or an index is out of range.
  public init(
    instances: Int, constraints: Int, variables: Int, edgeConstraint: [Int], edgeVariable: [Int],
    edgeValue: [Double]
  ) throws(Failure) {
    let edges = edgeValue.count
    guard instances >= 1 && constraints >= 0 && variables >= 0 && edges % instances == 0 else {
      throw .program("cannot share \(edges) edges equally among \(instances) instances", at: "edge_value")
    }
    let rows = try Self.global(edgeConstraint, constraints, instances, edges, "edge_constraint")
    let columnNumbers = try Self.global(edgeVariable, variables, instances, edges, "edge_variable")
    let byRow = CompressedOrder(keys: rows, count: instances * constraints)
    // Grouping the entries of A, in their compressed order, by column keeps the rows of A' in ascending order.
    let entryColumns = byRow.order.map { columnNumbers[$0] }
    let byColumn = CompressedOrder(keys: entryColumns, count: instances * variables)
    self.instances = instances
    rowPointers = byRow.pointers.map(Int64.init)
    columns = entryColumns.map(Int64.init)
    values = byRow.order.map { edgeValue[$0] }
    edgeOrder = byRow.order.map(Int64.init)
    transposedRowPointers = byColumn.pointers.map(Int64.init)
    transposedColumns = byColumn.order.map { Int64(rows[byRow.order[$0]]) }
    transposePermutation = byColumn.order.map(Int64.init)
  }

  /// Indices within an instance as indices in the batch.
  private static func global(
    _ local: [Int], _ count: Int, _ instances: Int, _ edges: Int, _ field: String
  ) throws(Failure) -> [Int] {
    guard local.count == edges else {
      throw .program("expected \(edges) values, as in edge_value, found \(local.count)", at: field)
    }
    if let position = local.firstIndex(where: { $0 < 0 || $0 >= count }) {
      let edgesPerInstance = edges / instances
      throw .program(
        "expected an index in 0 ..< \(count), found \(local[position])",
        at: "\(field)[\(position / edgesPerInstance), \(position % edgesPerInstance)]",
        remedy: "indices count from 0 within each instance")
    }
    let edgesPerInstance = edges / instances
    return local.indices.map { local[$0] + $0 / edgesPerInstance * count }
  }
}
