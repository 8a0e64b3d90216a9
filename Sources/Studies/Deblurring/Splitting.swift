/// How an iteration uses the data.
public enum Splitting: String, CaseIterable, Sendable {
  /// Proximal gradient descent: y <- D(y - s A'(A y - x), sigma).
  case proximalGradient = "pgd"
  /// Half-quadratic splitting: y <- D((A'A + I/s)^-1 (A'x + y/s), sigma).
  case halfQuadratic = "hqs"
}
