import CClp

/// A point x with the multipliers that go with it.
///
/// The multipliers are derivatives of the objective, so that c = A'rowDual + reducedCost at an optimum.
public struct PrimalDualPoint: Equatable, Sendable {
  /// The primal point x, `[n]`.
  public var x: [Double]
  /// d objective / d b, `[m]`; not positive on `<=` constraints at an optimum.
  public var rowDual: [Double]
  /// d objective / d (the bound that holds x), `[n]`; at an optimum not negative where x is at its lower bound, not
  /// positive where it is at its upper bound, and 0 in between.
  public var reducedCost: [Double]

  public init(x: [Double], rowDual: [Double], reducedCost: [Double]) {
    self.x = x
    self.rowDual = rowDual
    self.reducedCost = reducedCost
  }
}
