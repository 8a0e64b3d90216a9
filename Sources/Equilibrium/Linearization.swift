import Foundation

/// A Jacobian J as an operator, sample by sample.
///
/// Both products act on each sample alone: J is block diagonal over the batch.
public struct Linearization<State: EquilibriumState> {
  /// J v, the Jacobian-vector product.
  public let product: (State) throws -> State
  /// J' u, the vector-Jacobian product.
  public let transposedProduct: (State) throws -> State

  /// An operator from its two products; each must act sample by sample.
  public init(
    product: @escaping (State) throws -> State, transposedProduct: @escaping (State) throws -> State
  ) {
    self.product = product
    self.transposedProduct = transposedProduct
  }
}

extension Linearization {
  /// The Jacobian-vector product of a map at y by the central difference (G(y + h v) - G(y - h v)) / 2h.
  ///
  /// Per sample h = e^(1/3) max(||y||, 1) / ||v|| with e the machine epsilon of the state's type, which balances truncation
  /// against rounding: about e^(2/3) relative accuracy for a map whose derivatives are of order one at the scale of y.
  /// A zero direction gives zero.
  public static func centralDifferences(
    of map: @escaping (State) throws -> State, at y: State
  ) throws -> (State) throws -> State {
    let scales = try y.norms().map { max($0, 1) }
    let size = pow(y.machineEpsilon, 1.0 / 3)
    return { direction in
      let lengths = try direction.norms()
      let steps = zip(scales, lengths).map { $1 > 0 ? size * $0 / $1 : 0 }
      let ahead = try map(State.combination([(.uniform(1), y), (.perSample(steps), direction)]))
      let behind = try map(State.combination([(.uniform(1), y), (.perSample(steps.map { -$0 }), direction)]))
      return try ahead.minus(behind).scaled(by: .perSample(steps.map { $0 > 0 ? 0.5 / $0 : 0 }))
    }
  }
}
