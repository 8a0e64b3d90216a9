/// The name of a fixed-point solver, as configurations write it.
public enum SolverKind: String, CaseIterable, Sendable {
  case picard
  case anderson
  case broyden

  /// The solver of this name with its default settings.
  public var solver: Solver {
    switch self {
    case .picard: .picard(Picard())
    case .anderson: .anderson(Anderson())
    case .broyden: .broyden(Broyden())
    }
  }
}
