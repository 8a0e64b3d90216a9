/// A measured quantity of a sweep.
public enum Metric: Hashable, Sendable {
  /// Error against the label.
  case error
  /// ||G(y) - y||
  case residual
  /// ||G(y) - y|| / ||G(y)||
  case relativeResidual
  /// 1 where the relative residual is below `LimitPeriod.tolerance`, else 0: its mean is the share of samples that have converged.
  case converged
  /// Change of the output over change of the input, for each kind of perturbation.
  case lipschitzRatio
  /// Error on the perturbed problem, for each kind of perturbation.
  case perturbedError
  /// The largest singular value of d y_t / d x, at iterations of its own and for the first samples.
  case localLipschitz
  /// Wall time of one sample up to an iteration, in s.
  case seconds
  /// Floating-point operations of one sample up to an iteration.
  case flops
  /// Number of trained parameters.
  case parameters
  /// A further measure of the case study, by its name, for example `psnr`.
  case quality(String)

  /// Those that every case study has.
  public static let common: [Metric] = [
    .error, .residual, .relativeResidual, .converged, .lipschitzRatio, .perturbedError, .localLipschitz, .seconds, .flops,
    .parameters,
  ]

  /// The name in files.
  public var name: String {
    switch self {
    case .relativeResidual: "relative_residual"
    case .lipschitzRatio: "lipschitz_ratio"
    case .perturbedError: "perturbed_error"
    case .localLipschitz: "local_lipschitz"
    case .quality(let name): name
    default: "\(self)"
    }
  }

  /// The metric of a name; what is none of the common ones is a measure of the case study.
  public init(named name: String) { self = Self.common.first { $0.name == name } ?? .quality(name) }

  /// Whether there is one value for each kind of perturbation.
  public var isPerturbed: Bool { self == .lipschitzRatio || self == .perturbedError }
}
