import Foundation
import Support

/// The step size eps(x) of the operator G(y, x) = F(x) + (1 - eps(x)) (y - F(x)).
///
/// G is a regular implicit operator (Definition 2.3) if eps and eps F are globally Lipschitz and 0 < eps < 1 is continuous:
/// then |G(y, x) - G(y, x')| <= (Lip(eps) |y| + Lip(eps F)) |x - x'|, and mu(x) = 1 - eps(x) is the contraction factor in y.
public enum StepSize: Equatable, Sendable {
  /// eps = phi^2 with phi(x) = inf over x' of psi(x') + |x - x'| and
  /// psi = min(1/2, 1 / (1 + |F|), 1 / (1 + L), gap), where L is the local Lipschitz constant and gap the distance to the
  /// complement of X: a proof of Theorem 2.4 for open X. phi is 1-Lipschitz and below psi, so that Lip(eps) <= 1 and
  /// Lip(eps F) <= 2 phi |F| + phi^2 L <= 5/2.
  case recipe
  /// eps = rate x, for 1/x on (0, 1]: G(y, x) = y - rate (x y - 1), which does not contain F.
  case linear(rate: Double)
  /// eps = min(cap, x^2 (x - 1)^2), cap 1/10 for x < 0 and 1/2 else: the equation of Figure 1, for the two-pole map only.
  case figure1
  /// eps = rate everywhere. Not regular where F is not Lipschitz: it inherits rate Lip(F).
  case constant(rate: Double)

  /// As the key `step` says it.
  public enum Name: String, CaseIterable, Sendable {
    case recipe, linear
    case figure1 = "figure-1"
    case constant
  }

  /// The name that configurations write.
  public var name: Name {
    switch self {
    case .recipe: .recipe
    case .linear: .linear
    case .figure1: .figure1
    case .constant: .constant
    }
  }

  /// - Throws: `Failure` (usage) for a step that was made for another map.
  public func requireFit(to target: TargetMap) throws {
    let maps: [TargetMap.Kind]? =
      switch self {
      case .linear: [.reciprocal]
      case .figure1: [.twoPoles]
      case .recipe, .constant: nil
      }
    guard let maps, !maps.contains(target.kind) else { return }
    throw Failure(
      .usage, "the step \(name.rawValue) is for the map \(maps[0].rawValue), found \(target.name)",
      remedy: "use the step recipe, which is for every map")
  }

  /// eps(x), above 0 in X for all but a constant step of 0.
  public func value(at x: [Double], for target: TargetMap) -> Double {
    switch self {
    case .recipe:
      let phi = Self.phi(target.coordinate(x), target.profile)
      return phi * phi
    case .linear(let rate): return rate * x[0]
    case .figure1: return min(x[0] < 0 ? 0.1 : 0.5, x[0] * x[0] * (x[0] - 1) * (x[0] - 1))
    case .constant(let rate): return rate
    }
  }

  /// eps(x) F(x), what G adds to (1 - eps(x)) y.
  public func drive(at x: [Double], for target: TargetMap) -> Double {
    // eps F = rate x / x, which is not to be rounded.
    if case .linear(let rate) = self { return rate }
    return value(at: x, for: target) * target.value(at: x)
  }

  /// The infimum is over finitely many points: psi is 1-Lipschitz but at the kinks of F, so that from any x' a step towards x
  /// lowers psi(x') + |x - x'| or leaves it, up to x itself or a kink. That psi is 1-Lipschitz needs no more than
  /// |L'| <= (1 + L)^2 where 1 / (1 + L) is the smallest; it is checked for every map of the library.
  static func phi(_ s: Double, _ profile: any Profile) -> Double {
    profile.kinks.reduce(psi(s, profile)) { least, kink in min(least, psi(kink, profile) + abs(s - kink)) }
  }

  static func psi(_ s: Double, _ profile: any Profile) -> Double {
    min(0.5, 1 / (1 + abs(profile.value(s))), 1 / (1 + profile.localLipschitz(s)), profile.gap(s))
  }

  /// A constant C with |G(y, x) - G(y, x')| <= C (1 + |y|) |x - x'| for all x, x' of the step's domain; nil if there is none.
  ///
  /// For the step of Figure 1 it is Lip(eps), which is reached where the cap 1/2 begins to act: with p = x (x - 1) = sqrt(1/2)
  /// there, eps' = 2 p (2 x - 1) = 2 p sqrt(1 + 4 p). Lip(eps F) is smaller, 2 x - 1 = 1.96 at the same place.
  public func growth(for target: TargetMap) -> Double? {
    switch self {
    case .recipe: 2.5
    case .linear(let rate): rate
    case .figure1: 2 * 0.5.squareRoot() * (1 + 4 * 0.5.squareRoot()).squareRoot()
    case .constant: nil
    }
  }
}
