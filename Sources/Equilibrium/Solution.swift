/// How the iteration of one sample ended.
public enum SolveStatus: String, CaseIterable, Sendable, CustomStringConvertible {
  case converged
  case iterationLimit
  case diverged
  case nonFinite

  /// One sentence for a person.
  public var description: String {
    switch self {
    case .converged: "The residual fell below the tolerance."
    case .iterationLimit: "The maximum number of iterations was reached before the residual fell below the tolerance."
    case .diverged: "The residual grew beyond the divergence threshold."
    case .nonFinite: "The map gave a value that is not a finite number."
    }
  }
}

/// One iterate of all samples, as a running solve reports it.
public struct Iterate<State: EquilibriumState> {
  /// k, counted from 0 for the start.
  public let index: Int
  /// y_k, `[B, ...]`; a sample that stopped earlier stands at the iterate where it stopped.
  public let state: State
  /// ||G(y_k) - y_k|| per sample, undamped, `[B]`; of a stopped sample, the residual where it stopped.
  public let residuals: [Double]
  /// ||G(y_k) - y_k|| / ||G(y_k)|| per sample, `[B]`.
  public let relativeResiduals: [Double]
  /// nil while a sample is still iterating, `[B]`.
  public let statuses: [SolveStatus?]
}

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
