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
