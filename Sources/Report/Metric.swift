import Records

/// A measured quantity of a sweep.
public enum Metric: Hashable, Sendable {
  case error, residual, lipschitzRatio, perturbedError, seconds, flops, parameters
  /// A further measure of the case study, by its name, for example `psnr`.
  case quality(String)

  /// Those that every case study has.
  static let common: [Metric] = [.error, .residual, .lipschitzRatio, .perturbedError, .seconds, .flops, .parameters]

  /// The name in files.
  public var name: String {
    switch self {
    case .lipschitzRatio: "lipschitz_ratio"
    case .perturbedError: "perturbed_error"
    case .quality(let name): name
    default: "\(self)"
    }
  }

  /// The metric of a name; what is none of the common ones is a measure of the case study.
  public init(named name: String) { self = Self.common.first { $0.name == name } ?? .quality(name) }

  /// Whether there is one value for each kind of perturbation.
  public var isPerturbed: Bool { self == .lipschitzRatio || self == .perturbedError }
}

extension SweepRecord {
  /// The name for all kinds of perturbation together, as the paper takes its largest Lipschitz ratio over all of them.
  static let allPerturbations = "all"

  /// The values of a metric, `[S, K]`; those that belong to the model and not to a sample have S = 1.
  ///
  /// - Parameter perturbation: its kind; `all` has a row for each sample and kind.
  /// - Returns: nil when the sweep did not measure it.
  public func values(_ metric: Metric, perturbation: String? = nil) -> SampleCurves? {
    switch metric {
    case .error: return error
    case .residual: return residual
    case .quality(let name): return qualities.first { $0.measure.name == name }?.curves
    case .lipschitzRatio, .perturbedError:
      let curves = metric == .lipschitzRatio ? lipschitzRatio : perturbedError
      if perturbation == Self.allPerturbations, let first = curves.first {
        return SampleCurves(
          samples: curves.map(\.samples).reduce(0, +), iterations: first.iterations, values: curves.flatMap(\.values))
      }
      guard let index = perturbations.firstIndex(where: { $0 == perturbation }), curves.indices.contains(index) else {
        return nil
      }
      return curves[index]
    case .seconds: return SampleCurves(samples: 1, iterations: iterations.count, values: costs.seconds)
    case .flops: return SampleCurves(samples: 1, iterations: iterations.count, values: costs.flops)
    case .parameters:
      return SampleCurves(
        samples: 1, iterations: iterations.count, values: iterations.map { _ in Double(facts.parameterCount) })
    }
  }
}
