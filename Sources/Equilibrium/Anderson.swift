/// Anderson acceleration (type II; Walker and Ni, "Anderson acceleration for fixed-point iterations", SIAM J. Numer.
/// Anal. 49, 2011): y_{k+1} = sum_i a_i ((1 - mixing) y_i + mixing G(y_i)) over the last `window` evaluations, where a
/// with sum a_i = 1 minimises ||sum_i a_i (G(y_i) - y_i)||^2 plus a regularisation. The first step is a damped Picard step.
public struct Anderson: Equatable, Sendable {
  /// What keeps the small least-squares problem solvable.
  public enum Regularization: Equatable, Sendable {
    /// Adds the factor to the Gram matrix of the residual differences scaled to unit length, so that it acts the same at
    /// every scale of the problem. Never less than the rounding of the state's type.
    case relative(Double)
    /// Adds the factor times ||a||^2, as public implementations do (commonly 1e-4). Once the residual norms are far
    /// below its square root the weights become uniform and convergence slows.
    case absolute(Double)

    /// What is added, relative or not.
    public var factor: Double {
      switch self {
      case .relative(let factor), .absolute(let factor): factor
      }
    }
  }

  /// The number of past evaluations that are mixed, the newest included. At least 1, where 1 is damped Picard.
  public var window: Int
  /// The share of G(y_i), in (0, 1].
  public var mixing: Double
  /// Of the least-squares problem for the weights.
  public var regularization: Regularization

  /// By default five evaluations, undamped, regularised at the level of rounding.
  public init(window: Int = 5, mixing: Double = 1, regularization: Regularization = .relative(1e-12)) {
    self.window = window
    self.mixing = mixing
    self.regularization = regularization
  }
}
