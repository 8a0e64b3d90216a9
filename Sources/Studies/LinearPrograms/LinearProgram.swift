import Support

/// A linear program in n variables x with m constraints:
///
///     minimise c'x   subject to   (A x)_i <= b_i  or  (A x)_i = b_i,   lower <= x <= upper.
///
/// A is sparse: edge k of z says A[edgeConstraint[k], edgeVariable[k]] = edgeValue[k]. All quantities are
/// dimensionless. Bounds may be infinite; all other numbers are at most
/// `largestMagnitude`. `lower[j] > upper[j]` is allowed and means that nothing is feasible, so that
/// a perturbation of the bounds always gives a program.
public struct LinearProgram: Equatable, Sendable {
  /// Cost of each variable, `[n]`.
  public internal(set) var c: [Double]
  /// Right-hand side of each constraint, `[m]`.
  public internal(set) var b: [Double]
  /// Lower bound of each variable, `[n]`; -infinity if there is none.
  public internal(set) var lower: [Double]
  /// Upper bound of each variable, `[n]`; +infinity if there is none.
  public internal(set) var upper: [Double]
  /// Whether a constraint is `=` instead of `<=`, `[m]`.
  public internal(set) var isEquality: [Bool]
  /// Row of each stored entry of A, in 0 ..< m, `[z]`.
  public internal(set) var edgeConstraint: [Int]
  /// Column of each stored entry of A, in 0 ..< n, `[z]`.
  public internal(set) var edgeVariable: [Int]
  /// Value of each stored entry of A, `[z]`.
  public internal(set) var edgeValue: [Double]

  /// Larger numbers overflow inside a simplex solver, which then aborts the process.
  static let largestMagnitude = 1e20

  /// The number of constraints, m.
  public var constraints: Int { b.count }
  /// The number of variables, n.
  public var variables: Int { c.count }
  /// The number of stored entries of A, z.
  public var nonzeros: Int { edgeValue.count }

  /// - Throws: `Failure` (bad data) naming the field and the position when the sizes disagree, an index is out of
  ///   range, an entry of A is stored twice, or a value is NaN or, outside the bounds, infinite.
  public init(
    c: [Double], b: [Double], lower: [Double], upper: [Double], isEquality: [Bool],
    edgeConstraint: [Int], edgeVariable: [Int], edgeValue: [Double]
  ) throws(Failure) {
    self.c = c
    self.b = b
    self.lower = lower
    self.upper = upper
    self.isEquality = isEquality
    self.edgeConstraint = edgeConstraint
    self.edgeVariable = edgeVariable
    self.edgeValue = edgeValue
    try validate()
  }

  /// Checks what `init` promises; to be called after any change of a stored value.
  func validate() throws(Failure) {
    guard variables > 0 else { throw .program("expected at least one variable, found none", at: "c") }
    try expectCount(lower.count, variables, "lower", "one per variable")
    try expectCount(upper.count, variables, "upper", "one per variable")
    try expectCount(isEquality.count, constraints, "is_equality", "one per constraint, as in b")
    try expectCount(edgeConstraint.count, nonzeros, "edge_constraint", "one per entry of edge_value")
    try expectCount(edgeVariable.count, nonzeros, "edge_variable", "one per entry of edge_value")
    try expectFinite(c, "c")
    try expectFinite(b, "b")
    try expectFinite(edgeValue, "edge_value")
    try expectBound(lower, "lower", forbidden: .infinity)
    try expectBound(upper, "upper", forbidden: -.infinity)
    try expectRange(edgeConstraint, constraints, "edge_constraint")
    try expectRange(edgeVariable, variables, "edge_variable")
    try expectDistinctEdges()
  }

  private func expectCount(_ found: Int, _ expected: Int, _ field: String, _ meaning: String) throws(Failure) {
    guard found == expected else {
      throw .program("expected \(expected) values (\(meaning)), found \(found)", at: field)
    }
  }

  private func expectFinite(_ values: [Double], _ field: String) throws(Failure) {
    if let position = values.firstIndex(where: { !($0.magnitude <= Self.largestMagnitude) }) {
      throw .program(
        "expected a finite number up to \(Self.largestMagnitude) in magnitude, found \(values[position])",
        at: "\(field)[\(position)]", remedy: "scale the program")
    }
  }

  private func expectBound(_ values: [Double], _ field: String, forbidden: Double) throws(Failure) {
    if let position = values.firstIndex(where: { $0 != -forbidden && !($0.magnitude <= Self.largestMagnitude) }) {
      throw .program(
        "expected \(-forbidden) or a bound up to \(Self.largestMagnitude) in magnitude, found \(values[position])",
        at: "\(field)[\(position)]", remedy: "write \(-forbidden) where there is no bound")
    }
  }

  private func expectRange(_ indices: [Int], _ count: Int, _ field: String) throws(Failure) {
    if let position = indices.firstIndex(where: { $0 < 0 || $0 >= count }) {
      throw .program(
        "expected an index in 0 ..< \(count), found \(indices[position])", at: "\(field)[\(position)]",
        remedy: "indices count from 0")
    }
  }

  private func expectDistinctEdges() throws(Failure) {
    let byConstraint = CompressedOrder(keys: edgeConstraint, count: constraints)
    var lastConstraint = Array(repeating: -1, count: variables)
    for row in 0..<constraints {
      for location in byConstraint.pointers[row]..<byConstraint.pointers[row + 1] {
        let column = edgeVariable[byConstraint.order[location]]
        guard lastConstraint[column] != row else {
          throw .program(
            "the entry of constraint \(row) and variable \(column) is stored twice",
            at: "edge_constraint, edge_variable", remedy: "store the sum of the two values once")
        }
        lastConstraint[column] = row
      }
    }
  }

  /// c'x, in the units of the objective.
  public func objective(at x: [Double]) -> Double { zip(c, x).reduce(0) { $0 + $1.0 * $1.1 } }

  /// A x, `[m]`.
  public func constraintActivity(at x: [Double]) -> [Double] {
    var activity = Array(repeating: 0.0, count: constraints)
    for edge in 0..<nonzeros { activity[edgeConstraint[edge]] += edgeValue[edge] * x[edgeVariable[edge]] }
    return activity
  }

  /// A'y, `[n]`.
  public func transposedProduct(with y: [Double]) -> [Double] {
    var product = Array(repeating: 0.0, count: variables)
    for edge in 0..<nonzeros { product[edgeVariable[edge]] += edgeValue[edge] * y[edgeConstraint[edge]] }
    return product
  }
}

extension Failure {
  /// A defect of the data of a linear program.
  static func program(_ problem: String, at location: String, remedy: String? = nil) -> Failure {
    Failure(.badData, "linear program: \(problem)", at: location, remedy: remedy)
  }
}
