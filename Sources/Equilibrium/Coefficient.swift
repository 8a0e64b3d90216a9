/// A factor in a linear combination of states.
public enum Coefficient: Equatable, Sendable {
  /// The same for every sample.
  case uniform(Double)
  /// One per sample, `[B]`.
  case perSample([Double])

  /// The factor of one sample.
  public func value(sample: Int) -> Double {
    switch self {
    case .uniform(let value): value
    case .perSample(let values): values[sample]
    }
  }
}
