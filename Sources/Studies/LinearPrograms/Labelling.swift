import Support

/// The result of looking for the label of a linear program.
public enum Labelling: Equatable, Sendable {
  case accepted(LabelledProgram)
  case rejected(Rejection)

  /// Why a program has no label.
  public enum Rejection: String, CaseIterable, Sendable {
    case infeasible
    case unbounded
    case iterationLimit = "iteration limit"
    case failed
    /// The solver claims an optimum, but the residuals that were recomputed from it are too large.
    case uncertified
  }

  /// The labelled program, unless it was rejected.
  public var accepted: LabelledProgram? {
    if case .accepted(let labelled) = self { labelled } else { nil }
  }
}

extension InstanceDistribution {
  /// Instance `index` of a split with its label: a pure function, so that indices can be shared out among threads and
  /// processes at will. With the published settings about half of all instances are infeasible.
  public func labelled(
    seed: UInt64, split: String, index: UInt64, by labeller: Labeller = Labeller()
  ) throws(Failure) -> Labelling {
    labeller.label(try instance(seed: seed, split: split, index: index))
  }
}
