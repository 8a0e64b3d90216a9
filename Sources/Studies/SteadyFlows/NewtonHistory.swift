import Torch

/// How the solution of one sample went: its certificate, or why there is none.
public struct NewtonHistory: Equatable, Sendable {
  /// Whether the tolerance was reached at the full force.
  public internal(set) var converged = false
  /// Share of the force at which the iteration ended, on the last grid.
  public internal(set) var amplitude = 0.0
  /// Relative residual at the end, relative to the force at that amplitude.
  public internal(set) var residual = Double.infinity
  /// Relative residual after each Newton step, over all grids and amplitudes.
  public internal(set) var residuals: [Double] = []
  /// Products with the Jacobian, on all grids.
  public internal(set) var products = 0

  /// This history, and before it that on a coarser grid.
  func following(_ other: Self) -> Self {
    var both = self
    both.residuals = other.residuals + residuals
    both.products += other.products
    return both
  }
}
