/// A fixed-point solver with its settings.
public enum Solver: Equatable, Sendable {
  case picard(Picard)
  case anderson(Anderson)
  case broyden(Broyden)

  /// The name of this solver.
  public var kind: SolverKind {
    switch self {
    case .picard: .picard
    case .anderson: .anderson
    case .broyden: .broyden
    }
  }
}

/// A step length or a mixing share: in (0, 1].
func requireFraction(_ value: Double, name: String) throws {
  guard value > 0, value <= 1 else {
    throw EquilibriumError.invalidSetting(name: name, found: "\(value)", expected: "a number above 0, at most 1")
  }
}

func requirePositive(_ value: Int, name: String) throws {
  guard value >= 1 else {
    throw EquilibriumError.invalidSetting(name: name, found: "\(value)", expected: "at least 1")
  }
}
