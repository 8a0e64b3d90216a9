import Foundation
import Support

/// A map F: X -> R that is locally Lipschitz on an open set X of R or R^2, and mostly not Lipschitz.
///
/// These are the maps of the paper's theory: Assumption 2.2 of "Implicit models: expressive power scales with test-time
/// compute" (ICLR 2026). F is a function f of s, where s is the one coordinate, or the radius |x| in the plane.
public struct TargetMap: Equatable, Sendable {
  /// The library. A number in files is a position in this list: append, never reorder.
  public enum Kind: String, CaseIterable, Sendable {
    /// 1 / x
    case reciprocal
    /// -x, 1/x + 1/(x - 1), 1/(x - 1) - 1/x: poles at 0 and 1
    case twoPoles = "two-poles"
    /// log x on x > 0
    case logarithm
    /// tan x
    case tangent
    /// sqrt x on x > 0
    case squareRoot = "square-root"
    /// Four ramps of slope +-level, from -1/2 to 1/2 and back, between plateaus
    case ramps
    /// A triangle wave between -1 and 1 with slopes +-level on [-1, 1]
    case zigzag
    /// 1 / (|x| - 1) in the plane, singular on the unit circle
    case ring
  }

  /// Which family of maps it is of.
  public let kind: Kind
  /// The Lipschitz constant of the piecewise maps; 0 for the others, which have none.
  public let level: Double
  let profile: any Profile

  static let levels = 2.5...1000.0

  /// - Parameter level: needed for the piecewise maps, in 2.5 ... 1000; not for the others.
  /// - Throws: `Failure` (usage).
  public init(_ kind: Kind, level: Double? = nil) throws {
    let isPiecewise = kind == .ramps || kind == .zigzag
    guard isPiecewise == (level != nil), level.map(Self.levels.contains) ?? true else {
      throw Failure(
        .usage,
        isPiecewise
          ? "expected a level in \(Self.levels.lowerBound) ... \(Self.levels.upperBound) for \(kind.rawValue), "
            + "found \(level.map { "\($0)" } ?? "none")"
          : "the map \(kind.rawValue) has no Lipschitz level, found \(level ?? 0)",
        remedy: "a level goes with ramps and zigzag, and only with these")
    }
    self.init(kind, level: level ?? 0, profile: Self.profile(kind, level ?? 0))
  }

  /// A map with another profile under the name of `kind`; tests use it for random maps.
  init(_ kind: Kind, level: Double, profile: any Profile) {
    self.kind = kind
    self.level = level
    self.profile = profile
  }

  public static func == (left: TargetMap, right: TargetMap) -> Bool {
    left.kind == right.kind && left.level == right.level
  }

  private static func profile(_ kind: Kind, _ level: Double) -> any Profile {
    switch kind {
    case .reciprocal: return Reciprocal()
    case .twoPoles: return TwoPoles()
    case .logarithm: return NaturalLogarithm()
    case .tangent: return Tangent()
    case .squareRoot: return SquareRoot()
    case .ramps:
      let centers = [-0.75, -0.25, 0.25, 0.75]
      return PiecewiseLinear(
        knots: centers.flatMap { [$0 - 0.5 / level, $0 + 0.5 / level] },
        values: centers.indices.flatMap { $0 % 2 == 0 ? [-0.5, 0.5] : [0.5, -0.5] })
    case .zigzag:
      // Odd, with peaks at +-1/level, +-3/level, ...; the last ones are at or beyond +-1.
      let count = Int((level / 2).rounded(.up)) + 1
      let peaks = (-count..<count).map { 2 * $0 + 1 }
      return PiecewiseLinear(
        knots: peaks.map { Double($0) / level }, values: peaks.map { ($0 - 1) % 4 == 0 ? 1 : -1 })
    case .ring: return Reciprocal(pole: 1)
    }
  }

  /// `ramps-20`, `reciprocal`: what tells maps apart in tables and figures.
  public var name: String { level == 0 ? kind.rawValue : "\(kind.rawValue)-\(String(format: "%g", level))" }

  /// 1 or 2.
  public var dimension: Int { kind == .ring ? 2 : 1 }

  /// Where F is the same is where s is the same: the coordinate, or the radius.
  public func coordinate(_ x: [Double]) -> Double { dimension == 1 ? x[0] : hypot(x[0], x[1]) }

  /// F(x), for x in X.
  public func value(at x: [Double]) -> Double { profile.value(coordinate(x)) }

  /// The local Lipschitz constant of F at x: |grad F|, and the largest one nearby where F has a kink.
  public func localLipschitz(at x: [Double]) -> Double { profile.localLipschitz(coordinate(x)) }

  /// Distance from x to the nearest point outside X; infinite where X is everything, 0 or less outside X.
  public func gap(at x: [Double]) -> Double { profile.gap(coordinate(x)) }

  /// Whether the segment from x to x + d lies in X, so that F is Lipschitz along it.
  public func containsSegment(from x: [Double], by d: [Double]) -> Bool {
    gap(at: x) > d.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// Where samples are drawn from without other orders: values of s.
  var window: ClosedRange<Double> {
    switch kind {
    case .reciprocal, .logarithm, .squareRoot: 0...1
    case .twoPoles: -2...3
    case .tangent: -2...2
    case .ramps, .zigzag: -1...1
    case .ring: 0...2
    }
  }
}
