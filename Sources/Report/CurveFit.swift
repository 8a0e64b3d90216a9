import Foundation
import Support

/// A form of error against iterations, fitted to a mean curve.
public struct CurveFit: Equatable, Sendable {
  /// How the error comes to its limit.
  public enum Form: String, CaseIterable, Sendable {
    /// limit + amplitude exp(-rate t)
    case exponential
    /// limit + amplitude t^(-rate)
    case power = "power law"

    /// What is multiplied by the amplitude.
    func decay(_ t: Double, rate: Double) -> Double {
      switch self {
      case .exponential: exp(-rate * t)
      case .power: pow(t, -rate)
      }
    }
  }

  /// Which of the two.
  public var form: Form
  /// e_inf, at least 0.
  public var limit: Double
  /// z.
  public var amplitude: Double
  /// r: of an exponential per iteration, or the exponent.
  public var rate: Double

  /// The value of the form at an iteration.
  public func value(at t: Double) -> Double { limit + amplitude * form.decay(t, rate: rate) }

  /// The mean of |fit / value - 1| over points.
  func deviation(from points: [(t: Double, value: Double)]) -> Double {
    points.map { abs(value(at: $0.t) / $0.value - 1) }.reduce(0, +) / Double(points.count)
  }

  /// The fit of least mean squared relative deviation: for each rate limit and amplitude follow by linear least squares; the rate by
  /// search on a grid and then by golden sections.
  ///
  /// - Parameter points: of iterations of at least 1 and values above 0; at least three.
  /// - Returns: nil for fewer, and for values that are not above 0.
  init?(_ form: Form, to points: [(t: Double, value: Double)]) {
    guard points.count >= 3, points.allSatisfy({ $0.t >= 1 && $0.value > 0 && $0.value.isFinite }) else { return nil }
    func best(_ rate: Double) -> (limit: Double, amplitude: Double, loss: Double) {
      var (ss, sd, dd, sy, dy) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for point in points {
        // Divided by the value: relative deviations.
        let (one, decay) = (1 / point.value, form.decay(point.t, rate: rate) / point.value)
        ss += one * one
        sd += one * decay
        dd += decay * decay
        sy += one
        dy += decay
      }
      let determinant = ss * dd - sd * sd
      var (limit, amplitude) = ((sy * dd - dy * sd) / determinant, (dy * ss - sy * sd) / determinant)
      if !(determinant > 1e-12 * ss * dd) || limit < 0 { (limit, amplitude) = (0, dd > 0 ? dy / dd : 0) }
      let loss = points.reduce(0) { sum, point in
        let deviation = (limit + amplitude * form.decay(point.t, rate: rate)) / point.value - 1
        return sum + deviation * deviation
      }
      return (limit, amplitude, loss)
    }
    let last = points.map(\.t).max() ?? 1
    // From a decay that is hardly over at the end to one that is over at once.
    let (low, high) = form == .exponential ? (log(0.1 / last), log(5.0)) : (log(0.02), log(8.0))
    let steps = 60
    let grid = (0...steps).map { low + (high - low) * Double($0) / Double(steps) }
    let losses = grid.map { best(exp($0)).loss }
    guard let least = losses.indices.min(by: { losses[$0] < losses[$1] }) else { return nil }
    var (a, b) = (grid[max(0, least - 1)], grid[min(steps, least + 1)])
    let golden = (5.0.squareRoot() - 1) / 2
    for _ in 0..<40 {
      let (c, d) = (b - golden * (b - a), a + golden * (b - a))
      if best(exp(c)).loss < best(exp(d)).loss { b = d } else { a = c }
    }
    rate = exp((a + b) / 2)
    self.form = form
    (limit, amplitude, _) = best(rate)
  }
}
