import Support

/// A batch of B linear programs of the same size as one sparse matrix in compressed rows.
///
/// The matrix is block diagonal, `[B m, B n]`: instances one after the other, constraint i of instance k is row k m + i,
/// variable j is column k n + j. Entries of a row stay in the order in which they were stored.
public struct BlockGraph: Equatable, Sendable {
  /// B.
  public let instances: Int
  /// Entries of row r are at `rowPointers[r] ..< rowPointers[r + 1]`; `[B m + 1]`.
  public let rowPointers: [Int]
  /// Column (variable) of each entry, `[B z]`.
  public let columns: [Int]
  /// Value of each entry, `[B z]`.
  public let values: [Double]
  /// The stored edge, counted through the whole batch, that each entry comes from, `[B z]`:
  /// `values[p] = edgeValue[edgeOrder[p]]`.
  public let edgeOrder: [Int]

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
    self.instances = instances
    rowPointers = byRow.pointers
    columns = byRow.order.map { columnNumbers[$0] }
    values = byRow.order.map { edgeValue[$0] }
    edgeOrder = byRow.order
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
