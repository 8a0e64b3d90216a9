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
