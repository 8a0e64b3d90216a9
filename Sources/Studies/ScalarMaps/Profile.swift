import Foundation

/// A locally Lipschitz function f(s) of one variable, on an open set that leaves out single points or a half-line.
protocol Profile: Sendable {
  func value(_ s: Double) -> Double
  /// The local Lipschitz constant lim sup |f(a) - f(b)| / |a - b| for a, b -> s: |f'(s)|, and the larger one-sided slope at a
  /// kink.
  func localLipschitz(_ s: Double) -> Double
  /// Points where f is not defined, in ascending order, within a window.
  func singularities(in window: ClosedRange<Double>) -> [Double]
  /// Distance from s to the nearest point where f is not defined; infinite if there is none, 0 or less outside the domain.
  func gap(_ s: Double) -> Double
  /// Where the local Lipschitz constant jumps.
  var kinks: [Double] { get }
}

extension Profile {
  var kinks: [Double] { [] }
  func singularities(in window: ClosedRange<Double>) -> [Double] { [] }
  func gap(_ s: Double) -> Double { .infinity }
}

/// 1 / (s - pole).
struct Reciprocal: Profile {
  var pole = 0.0

  func value(_ s: Double) -> Double { 1 / (s - pole) }
  func localLipschitz(_ s: Double) -> Double { 1 / ((s - pole) * (s - pole)) }
  func singularities(in window: ClosedRange<Double>) -> [Double] { [pole].filter(window.contains) }
  func gap(_ s: Double) -> Double { abs(s - pole) }
}

/// -s for s < 0, 1/s + 1/(s - 1) on (0, 1), 1/(s - 1) - 1/s for s > 1: the map of Figure 1 of the paper.
struct TwoPoles: Profile {
  func value(_ s: Double) -> Double {
    s < 0 ? -s : s < 1 ? 1 / s + 1 / (s - 1) : 1 / (s - 1) - 1 / s
  }

  func localLipschitz(_ s: Double) -> Double {
    if s < 0 { return 1 }
    let (left, right) = (1 / (s * s), 1 / ((s - 1) * (s - 1)))
    return s < 1 ? left + right : right - left
  }

  func singularities(in window: ClosedRange<Double>) -> [Double] { [0, 1].filter(window.contains) }
  func gap(_ s: Double) -> Double { min(abs(s), abs(s - 1)) }
}

/// log s on s > 0.
struct NaturalLogarithm: Profile {
  func value(_ s: Double) -> Double { log(s) }
  func localLipschitz(_ s: Double) -> Double { 1 / s }
  func singularities(in window: ClosedRange<Double>) -> [Double] { [0].filter(window.contains) }
  func gap(_ s: Double) -> Double { s }
}

/// sqrt s on s > 0.
struct SquareRoot: Profile {
  func value(_ s: Double) -> Double { s.squareRoot() }
  func localLipschitz(_ s: Double) -> Double { 0.5 / s.squareRoot() }
  func singularities(in window: ClosedRange<Double>) -> [Double] { [0].filter(window.contains) }
  func gap(_ s: Double) -> Double { s }
}

/// tan s, with poles at pi/2 + k pi.
struct Tangent: Profile {
  func value(_ s: Double) -> Double { tan(s) }
  func localLipschitz(_ s: Double) -> Double { 1 + tan(s) * tan(s) }

  func singularities(in window: ClosedRange<Double>) -> [Double] {
    // A window has as many poles as it is wide; 10,000 are more than anyone draws.
    let first = (window.lowerBound / .pi - 0.5).rounded(.up)
    let last = (window.upperBound / .pi - 0.5).rounded(.down)
    guard first <= last else { return [] }
    return stride(from: first, through: min(last, first + 9999), by: 1).map { (0.5 + $0) * .pi }
  }

  func gap(_ s: Double) -> Double { abs(s - ((s / .pi - 0.5).rounded() + 0.5) * .pi) }
}

/// Linear between knots and constant beyond the first and last one.
struct PiecewiseLinear: Profile {
  let knots: [Double]
  private let values: [Double]
  private let slopes: [Double]

  /// - Parameters:
  ///   - knots: strictly ascending, at least one.
  ///   - values: as many.
  init(knots: [Double], values: [Double]) {
    self.knots = knots
    self.values = values
    slopes = knots.indices.dropLast().map { (values[$0 + 1] - values[$0]) / (knots[$0 + 1] - knots[$0]) }
  }

  var kinks: [Double] { knots }

  /// The last knot at or below s; -1 before the first.
  private func piece(_ s: Double) -> Int {
    var (low, high) = (-1, knots.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if knots[middle] <= s { low = middle } else { high = middle }
    }
    return low
  }

  private func slope(_ piece: Int) -> Double { slopes.indices.contains(piece) ? slopes[piece] : 0 }

  func value(_ s: Double) -> Double {
    let piece = piece(s)
    guard piece >= 0 else { return values[0] }
    return values[piece] + slope(piece) * (s - knots[piece])
  }

  func localLipschitz(_ s: Double) -> Double {
    let piece = piece(s)
    let here = abs(slope(piece))
    return piece >= 0 && knots[piece] == s ? max(here, abs(slope(piece - 1))) : here
  }
}
