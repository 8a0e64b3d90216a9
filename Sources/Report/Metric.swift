/// A measured quantity of a sweep, under its name in the files.
public enum Metric: String, CaseIterable, Sendable {
  case error
  case residual
  case lipschitzRatio = "lipschitz_ratio"
  case perturbedError = "perturbed_error"
  case seconds
  case flops
  case parameters

  /// Whether there is one value for each kind of perturbation.
  public var isPerturbed: Bool { self == .lipschitzRatio || self == .perturbedError }
}

extension SweepCurves {
  /// The values of a metric, `[S, K]`; those that belong to the model and not to a sample have S = 1.
  ///
  /// - Returns: nil when the sweep did not measure it.
  public func values(_ metric: Metric, perturbation: String? = nil) -> SampleCurves? {
    switch metric {
    case .error: return error
    case .residual: return residual
    case .lipschitzRatio, .perturbedError:
      let curves = metric == .lipschitzRatio ? lipschitzRatio : perturbedError
      guard let index = perturbations.firstIndex(where: { $0 == perturbation }), curves.indices.contains(index) else {
        return nil
      }
      return curves[index]
    case .seconds: return SampleCurves(samples: 1, iterations: iterations.count, values: seconds)
    case .flops: return SampleCurves(samples: 1, iterations: iterations.count, values: flops)
    case .parameters:
      return SampleCurves(
        samples: 1, iterations: iterations.count, values: iterations.map { _ in Double(parameters) })
    }
  }
}
