import Foundation
import Support
import Testing

@testable import ScalarMaps

/// Definition 2.3 and Theorems 2.4 and 2.5, over random maps and domains.
@Suite struct RegularityTests {
  /// Pairs of random points, near and far, on the same side of a singularity or not.
  func pairs(_ target: TargetMap, _ count: Int, seed: UInt64) -> [([Double], [Double])] {
    var random = KeyedRandom(seed: seed, stream: "pairs")
    let points = target.randomPoints(2 * count, seed: seed)
    return (0..<count).compactMap { i in
      var other = points[2 * i + 1]
      if i % 2 == 0 {
        let move = random.direction(other.count, norm: pow(10, random.uniform(-6, -1)))
        other = zip(points[2 * i], move).map { $0 + $1 }
      }
      return target.gap(at: other) > 0 && other != points[2 * i] ? (points[2 * i], other) : nil
    }
  }

  @Test(arguments: library + randomTargets(30, seed: 5))
  func `The recipe is Lipschitz in x with constant |y| + 5/2, and a contraction with continuous factor`(target: TargetMap) throws
  {
    let model = try ConstructedOperator(target, .recipe)
    var random = KeyedRandom(seed: 6, stream: "y")
    for (x, other) in pairs(target, 600, seed: 6) {
      let y = random.bernoulli(0.5) ? random.normal(deviation: 10) : random.normal(deviation: 1e6)
      let distance = distance(x, other)
      let rounding = 1e-14 * (abs(y) + 1)
      let change = abs(model.value(y, at: x) - model.value(y, at: other))
      #expect(change <= (abs(y) + 2.5) * distance * (1 + 1e-9) + rounding, "\(target.name), \(x), \(other), y = \(y)")
      let (mu, otherMu) = (model.contraction(at: x), model.contraction(at: other))
      #expect(mu >= 0.75 && mu < 1 && abs(mu - otherMu) <= distance * (1 + 1e-9) + 1e-15)
    }
  }

  @Test(arguments: library + randomTargets(12, seed: 7))
  func `The fixed point is F to rounding`(target: TargetMap) throws {
    let model = try ConstructedOperator(target, .recipe)
    let points = target.randomPoints(200, seed: 8)
    for point in points {
      let value = target.value(at: point)
      #expect(abs(model.value(value, at: point) - value) <= 4 * value.ulp + 1e-300)
    }
    // And the iteration arrives there, where it is not too slow to wait for.
    let fast = points.filter { model.contraction(at: $0) < 0.9 }
    guard !fast.isEmpty else { return }
    let last = try #require(iterates(model, at: fast, count: 400).last)
    for (y, point) in zip(last, fast) {
      let value = target.value(at: point)
      #expect(abs(y - value) <= 1e-13 * (1 + abs(value)) / (1 - model.contraction(at: point)))
    }
  }

  @Test(arguments: library) func `1 / (1 + L) and the other bounds are 1-Lipschitz between kinks, as the infimum assumes`(
    target: TargetMap
  ) {
    for point in target.randomPoints(4000, seed: 9) {
      let s = target.coordinate(point)
      let other = s + 1e-4 * min(1, abs(target.gap(at: point)))
      guard !target.profile.kinks.contains(where: { ($0 - s) * ($0 - other) <= 0 }) else { continue }
      let rise = abs(StepSize.psi(s, target.profile) - StepSize.psi(other, target.profile))
      #expect(rise <= (other - s) * (1 + 1e-6) + 1e-15, "\(target.name) at \(s)")
    }
  }

  @Test(arguments: library.filter { $0.level > 0 } + randomTargets(12, seed: 10).filter { !$0.profile.kinks.isEmpty })
  func `The infimum over kinks is the infimum over all points`(target: TargetMap) {
    for point in target.randomPoints(60, seed: 11) {
      let s = point[0]
      let all = (0...4000).map { s - 0.5 + Double($0) / 4000 } + target.profile.kinks + [s]
      let brute = all.map { StepSize.psi($0, target.profile) + abs($0 - s) }.min() ?? .nan
      #expect(abs(StepSize.phi(s, target.profile) - brute) < 1e-12)
    }
  }

  @Test func `Without the infimum the contraction factor of a piecewise map jumps`() throws {
    let target = try TargetMap(.ramps, level: 20)
    let kink = target.profile.kinks[0]
    let jump = abs(StepSize.psi(kink, target.profile) - StepSize.psi(kink - 1e-12, target.profile))
    #expect(jump > 0.4)
    #expect(abs(StepSize.phi(kink, target.profile) - StepSize.phi(kink - 1e-12, target.profile)) < 1e-11)
  }

  /// L grows like a power of 1 / gap: 2 for poles, 1 for the logarithm, 1/2 for the square root.
  @Test(arguments: library.filter { $0.level == 0 })
  func `A constant step is not regular: its growth follows that of F without bound`(target: TargetMap) throws {
    let (constant, recipe) = (try ConstructedOperator(target, .constant(rate: 0.5)), try ConstructedOperator(target, .recipe))
    let orders: [TargetMap.Kind: Double] = [.logarithm: 1, .squareRoot: 0.5]
    let order = orders[target.kind] ?? 2
    let pole = target.dimension == 2 ? 1 : try #require(target.profile.singularities(in: -2...2).last)
    func growth(_ model: ConstructedOperator, at gap: Double) -> Double {
      let points = [pole + gap, pole + gap * 1.001].map { target.dimension == 1 ? [$0] : [$0, 0] }
      return model.growth(0, between: points[0], and: points[1])
    }
    for decade in 2...5 {
      let ratio = growth(constant, at: pow(10, -Double(decade) - 1)) / growth(constant, at: pow(10, -Double(decade)))
      #expect(abs(ratio / pow(10, order) - 1) < 0.05, "\(target.name), decade \(decade): \(ratio)")
      #expect(growth(recipe, at: pow(10, -Double(decade))) <= 2.5)
    }
    #expect(growth(constant, at: 1e-6) > 100)
  }

  @Test func `The hand-made steps are regular where they are meant to be, and only there`() throws {
    let reciprocal = try TargetMap(.reciprocal)
    var random = KeyedRandom(seed: 12, stream: "hand-made")
    for rate in [0.1, 0.5, 0.9] {
      let model = try ConstructedOperator(reciprocal, .linear(rate: rate))
      for _ in 0..<500 {
        let (x, other, y) = ([1 - random.uniform()], [1 - random.uniform()], random.normal(deviation: 100))
        #expect(model.growth(y, between: x, and: other) <= rate * (1 + 1e-9) && model.contraction(at: x) < 1)
        #expect(abs(model.value(1 / x[0], at: x) - 1 / x[0]) <= 2e-15 / x[0])
      }
      #expect(model.contraction(at: [-0.1]) > 1)
    }
    let model = try ConstructedOperator(TargetMap(.twoPoles), .figure1)
    let bound = try #require(model.step.growth(for: model.target))
    for (x, other) in pairs(model.target, 4000, seed: 13) {
      let y = random.normal(deviation: random.bernoulli(0.5) ? 1 : 1e6)
      #expect(model.growth(y, between: x, and: other) <= bound * (1 + 1e-6) + 1e-14 / distance(x, other))
      #expect(model.contraction(at: x) < 1 && model.contraction(at: x) >= 0.5)
    }
    #expect(abs(bound - 2.7671) < 1e-4)
    for (kind, step) in [(TargetMap.Kind.twoPoles, StepSize.linear(rate: 0.5)), (.reciprocal, .figure1)] {
      let failure = try #require(throws: Failure.self) { try ConstructedOperator(TargetMap(kind), step) }
      #expect(failure.status == .usage)
    }
  }

  @Test(arguments: [
    (TargetMap.Kind.reciprocal, StepSize.recipe), (.reciprocal, .linear(rate: 0.5)), (.twoPoles, .recipe), (.twoPoles, .figure1),
    (.logarithm, .recipe), (.tangent, .recipe), (.squareRoot, .recipe), (.ring, .recipe),
  ]) func `No iterate exceeds the bound of Theorem 2.5, and a blow-up needs a contraction factor near 1`(
    kind: TargetMap.Kind, step: StepSize
  ) throws {
    let model = try ConstructedOperator(TargetMap(kind), step)
    let inside = pairs(model.target, 300, seed: 14).filter { x, other in
      step.name != .linear || (0.001...1).contains(x[0]) && (0.001...1).contains(other[0])
    }
    let (at, beside) = (
      try iterates(model, at: inside.map(\.0), count: 100), try iterates(model, at: inside.map(\.1), count: 100)
    )
    for (i, (x, other)) in inside.enumerated() {
      let bound = try #require(model.necessityBound(at: x, and: other)) * distance(x, other)
      let rounding = 1e-12 * (1 + abs(model.target.value(at: other)))
      for t in 0...100 { #expect(abs(at[t][i] - beside[t][i]) <= bound * (1 + 1e-9) + rounding) }
      // L(x) <= C (1 + |F|) / (1 - mu) turned round: 1 - mu <= C (1 + |F|) / L.
      let value = abs(model.target.value(at: x))
      let growth = try #require(step.growth(for: model.target))
      #expect(1 - model.contraction(at: x) <= growth * (1 + value) / model.target.localLipschitz(at: x) * (1 + 1e-9))
    }
  }
}
