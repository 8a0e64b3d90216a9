import Foundation
import Plot
import Support
import Testing

@testable import ScalarMaps

/// The examples that the theory works out, through the operator as the sweep runs it.
@Suite struct ClosedFormTests {
  static let times = [1, 2, 5, 10, 25, 100]

  func reciprocal(_ rate: Double, at points: [Double]) throws -> [[Double]] {
    try iterates(ConstructedOperator(TargetMap(.reciprocal), .linear(rate: rate)), at: points.map { [$0] }, count: 100)
  }

  @Test(arguments: [0.1, 0.37, 0.5, 0.99]) func `y_t of 1/x is (1 - (1 - eta x)^t) / x`(rate: Double) throws {
    var random = KeyedRandom(seed: 1, stream: "closed form")
    let points = (0..<200).map { _ in pow(10, random.uniform(-3, 0)) }
    let found = try reciprocal(rate, at: points)
    for t in 0...100 {
      let exact = points.map { -expm1(Double(t) * log1p(-rate * $0)) / $0 }
      for (y, other) in zip(found[t], exact) { #expect(abs(y - other) <= 1e-12 * max(1, abs(other))) }
    }
  }

  @Test(arguments: [0.25, 0.5, 0.8]) func `The Lipschitz constant of y_t on (0, 1] is eta^2 t (t - 1) / 2, at 0`(rate: Double)
    throws
  {
    // y_t is a polynomial in x, so central differences extrapolated to step 0 give its slope at 0 to rounding.
    let steps = (0..<6).map { 4e-3 / pow(2, Double($0)) }
    let found = try reciprocal(rate, at: steps + steps.map(-) + [0])
    for t in Self.times {
      var slopes = steps.indices.map { (found[t][$0] - found[t][$0 + steps.count]) / (2 * steps[$0]) }
      for order in 1..<slopes.count {
        let factor = pow(4, Double(order))
        slopes = zip(slopes.dropFirst(), slopes).map { (factor * $0 - $1) / (factor - 1) }
      }
      let exact = 0.5 * rate * rate * Double(t * (t - 1))
      #expect(abs(-slopes[0] - exact) <= 1e-12 * max(1, exact) * 10, "t = \(t): \(-slopes[0]), \(exact)")
      #expect(abs(found[t][2 * steps.count] - rate * Double(t)) < 1e-12 * Double(t))
    }
    // No quotient on (0, 1] is larger.
    var random = KeyedRandom(seed: 2, stream: "quotients")
    let points = (0..<400).map { _ in pow(10, random.uniform(-5, 0)) }.sorted()
    let values = try reciprocal(rate, at: points)
    for t in Self.times {
      let bound = 0.5 * rate * rate * Double(t * (t - 1))
      for i in points.indices.dropLast() {
        let rounding = 4e-16 * Double(t) * (1 + values[t][i])
        #expect(abs(values[t][i + 1] - values[t][i]) <= bound * (points[i + 1] - points[i]) + rounding)
      }
    }
  }

  @Test func `The errors of 1/x on [0.1, 1] are those of the paper`() throws {
    let points = (0...900).map { 0.1 + Double($0) / 1000 }
    let found = try reciprocal(0.5, at: points)
    for (t, published) in zip(Self.times, [9.5, 9.025, 7.738, 5.987, 2.774, 0.0592]) {
      let largest = zip(found[t], points).map { abs($0 - 1 / $1) }.max() ?? .nan
      #expect(abs(largest - 10 * pow(0.95, Double(t))) < 1e-12 * 10)
      #expect(abs(largest - published) < 5e-4)
    }
  }

  @Test func `Slopes and relative errors of the two-pole map are those of Figure 1`() throws {
    let model = try ConstructedOperator(TargetMap(.twoPoles), .figure1)
    func finely(_ low: Double, _ high: Double) -> [Double] { (1..<20_000).map { low + (high - low) * Double($0) / 20_000 } }
    let pieces = [finely(-2, 0), finely(0, 1), finely(1, 3)]
    let published: [Int: [Double]] = [1: [0.34, 1, 1.96], 5: [1.2, 5, 5.57], 20: [1.6, 20, 20.6], 100: [1.52, 100, 100.7]]
    let errors = [1: 0.965, 5: 0.836, 20: 0.489, 100: 0.028]
    let values = try pieces.map { try iterates(model, at: $0.map { [$0] }, count: 100) }
    for (t, slopes) in published {
      for (piece, expected) in slopes.enumerated() {
        let (x, y) = (pieces[piece], values[piece][t])
        let largest = x.indices.dropLast().map { abs((y[$0 + 1] - y[$0]) / (x[$0 + 1] - x[$0])) }.max() ?? .nan
        #expect(abs(largest - expected) <= 0.005 * expected + 0.005, "t = \(t), piece \(piece): \(largest)")
      }
      let worst =
        zip(pieces, values).flatMap { x, y in
          zip(x, y[t]).compactMap { s, y -> Double? in
            let value = model.target.value(at: [s])
            // F has a zero at 1/2, where a relative error has no meaning.
            guard model.target.gap(at: [s]) >= 0.25, abs(value) > 1e-6 else { return nil }
            let exact = pow(model.contraction(at: [s]), Double(t))
            #expect(abs(abs(y - value) / abs(value) - exact) < 1e-12 * max(1, 1 / abs(value)))
            return abs(y - value) / abs(value)
          }
        }.max() ?? .nan
      let expected = try #require(errors[t])
      #expect(abs(worst - expected) < 6e-4, "t = \(t): \(worst)")
    }
  }
}
