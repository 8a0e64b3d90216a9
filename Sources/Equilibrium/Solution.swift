/// What a fixed-point solve found, sample by sample.
public struct Solution<State: EquilibriumState> {
  /// The iterate asked for, `[B, ...]`. A sample that met a non-finite value stands at the iterate before it.
  public let state: State
  /// `[B]`
  public let statuses: [SolveStatus]
  /// ||G(y_k) - y_k||, undamped: `residuals[sample][k]` for k = 0 ... `iterations[sample]`, where the trace ends. The last
  /// entry of a `nonFinite` sample is not finite.
  public let residuals: [[Double]]
  /// ||G(y_k) - y_k|| / ||G(y_k)||, indexed like `residuals`.
  public let relativeResiduals: [[Double]]
  /// The index k of the iterate at which a sample stopped, `[B]`.
  public let iterations: [Int]
  /// The index of the iterate returned, `[B]`: `iterations`, unless the best one was asked for.
  public let returnedIterates: [Int]
  /// The evaluations of the map that a sample used, the one that gives its last residual and rejected trials of a line
  /// search included, `[B]`. What the map spent on a stopped sample for the sake of its batch mates does not count.
  public let evaluations: [Int]

  /// Whether every sample converged.
  public var converged: Bool { statuses.allSatisfy { $0 == .converged } }
}
