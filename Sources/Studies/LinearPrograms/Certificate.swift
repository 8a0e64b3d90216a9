/// How far a point and its multipliers are from an optimum, recomputed here from the program: the residuals of the
/// Karush-Kuhn-Tucker conditions, which are necessary and sufficient for a linear program.
///
/// Zero certifies that x is optimal, not that it is the only optimum. With continuous random costs the optimum is
/// unique with probability 1; with structured costs several points may carry a perfect certificate.
public struct Certificate: Equatable, Sendable {
  /// c'x, in the units of the objective.
  public var objective: Double
  /// The largest violation of a constraint or bound by x, in the units of b and x, at least 0.
  public var primalResidual: Double
  /// The largest of |c - A'y - z|_j, of a positive multiplier on a `<=` constraint, and of a multiplier that would need
  /// an infinite bound; in the units of c, at least 0. Here y is the row dual and z the reduced cost.
  public var dualResidual: Double
  /// |c'x - (b'y + sum_j lower_j max(z_j, 0) + upper_j min(z_j, 0))|, in the units of the objective.
  public var dualityGap: Double

  /// The residuals of a point.
  ///
  /// - Parameters:
  ///   - point: x `[n]`, row duals `[m]` and reduced costs `[n]`, with the sign conventions of `PrimalDualPoint`.
  ///   - program: the program they belong to.
  public init(of point: PrimalDualPoint, for program: LinearProgram) {
    objective = program.objective(at: point.x)
    primalResidual = Self.primalResidual(of: point.x, for: program)
    dualResidual = Self.dualResidual(of: point, for: program)
    dualityGap = abs(objective - Self.dualObjective(of: point, for: program))
  }

  /// Whether the residuals are at most `tolerance` in the scale of the program: the primal residual relative to
  /// 1 + max |x_j|, the dual residual to max |c_j|, the duality gap to the product of both.
  public func holds(within tolerance: Double, at x: [Double], for program: LinearProgram) -> Bool {
    let primalScale = x.reduce(1) { max($0, 1 + abs($1)) }
    let costScale = program.c.reduce(0) { max($0, abs($1)) }
    return primalResidual <= tolerance * primalScale && dualResidual <= tolerance * costScale
      && dualityGap <= tolerance * primalScale * costScale
  }

  /// The largest violation of a constraint or bound by x `[n]`; it needs no multipliers.
  public static func primalResidual(of x: [Double], for program: LinearProgram) -> Double {
    let activity = program.constraintActivity(at: x)
    var largest = 0.0
    for row in 0..<program.constraints {
      let excess = activity[row] - program.b[row]
      largest = max(largest, program.isEquality[row] ? abs(excess) : excess)
    }
    for column in 0..<program.variables {
      largest = max(largest, program.lower[column] - x[column], x[column] - program.upper[column])
    }
    return largest
  }

  private static func dualResidual(of point: PrimalDualPoint, for program: LinearProgram) -> Double {
    let product = program.transposedProduct(with: point.rowDual)
    var largest = 0.0
    for row in 0..<program.constraints where !program.isEquality[row] { largest = max(largest, point.rowDual[row]) }
    for column in 0..<program.variables {
      let z = point.reducedCost[column]
      largest = max(largest, abs(program.c[column] - product[column] - z))
      if program.lower[column].isInfinite { largest = max(largest, z) }
      if program.upper[column].isInfinite { largest = max(largest, -z) }
    }
    return largest
  }

  private static func dualObjective(of point: PrimalDualPoint, for program: LinearProgram) -> Double {
    var sum = zip(program.b, point.rowDual).reduce(0) { $0 + $1.0 * $1.1 }
    for (column, z) in point.reducedCost.enumerated() {
      let bound = z > 0 ? program.lower[column] : program.upper[column]
      // A multiplier on an infinite bound is a dual residual; here it would only hide the gap behind an infinity.
      if z != 0 && bound.isFinite { sum += bound * z }
    }
    return sum
  }
}
