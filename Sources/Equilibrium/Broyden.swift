/// Broyden's first ("good") method on y - G(y) = 0 with the inverse Jacobian started at the identity, kept as the last
/// `memory` rank-one factors (Kelley, "Iterative Methods for Linear and Nonlinear Equations", SIAM 1995, chapter 7).
public struct Broyden: Equatable, Sendable {
  /// The number of rank-one factors kept, at least 1; the oldest is forgotten first.
  public var memory: Int
  /// Shorten a step until ||G(y) - y||^2 falls (Armijo's rule), sample by sample. Each trial is an evaluation.
  public var lineSearch: Bool

  /// By default thirty factors and full steps.
  public init(memory: Int = 30, lineSearch: Bool = false) {
    self.memory = memory
    self.lineSearch = lineSearch
  }
}
