/// A point at which the map was evaluated: y, G(y) and G(y) - y.
struct Point<State: EquilibriumState> {
  let state: State
  let value: State
  let residual: State
}

/// How a solver goes from one iterate to the next.
///
/// A rule sees every accepted point once, in order. It asks for inner products before it is told whether the point is
/// accepted, so that residual norms and its own products need one device synchronisation together.
protocol StepRule<State> {
  associatedtype State: EquilibriumState

  /// The inner products the rule needs at this point, which may yet be rejected.
  mutating func pairs(at point: Point<State>) throws -> [(State, State)]

  /// The next iterate after the point last shown to `pairs`, which is hereby accepted. `products` answers the pairs;
  /// only samples where `active` holds need a meaningful result.
  mutating func next(after point: Point<State>, products: [[Double]], active: [Bool]) throws -> State

  /// A nearer trial point for the samples whose step must be shortened, or nil when all trials are accepted.
  /// - Parameters:
  ///   - residualSquares: ||G(y) - y||^2 at the trial, `[B]`.
  ///   - previous: the same at the point stepped from, `[B]`.
  mutating func shortened(residualSquares: [Double], previous: [Double], active: [Bool]) throws -> Trial<State>?
}

/// A trial point that differs from the one before in the samples of `mask`.
struct Trial<State: EquilibriumState> {
  let state: State
  let mask: [Bool]
}

extension StepRule {
  mutating func shortened(residualSquares: [Double], previous: [Double], active: [Bool]) throws -> Trial<State>? { nil }
}

extension Solver {
  func rule<State: EquilibriumState>(for _: State.Type) -> any StepRule<State> {
    switch self {
    case .picard(let picard): PicardRule<State>(settings: picard)
    case .anderson(let anderson): AndersonRule<State>(settings: anderson)
    case .broyden(let broyden): BroydenRule<State>(settings: broyden)
    }
  }
}
