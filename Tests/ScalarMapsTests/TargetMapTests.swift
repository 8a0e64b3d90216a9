import Foundation
import Support
import Testing

@testable import ScalarMaps

@Suite struct TargetMapTests {
  @Test(arguments: library) func `The local Lipschitz constant is the slope that differences have`(target: TargetMap) {
    for point in target.randomPoints(400, seed: 1) {
      let s = target.coordinate(point)
      // Away from kinks and singularities, where one slope is all there is.
      guard target.gap(at: point) > 1e-3, target.profile.kinks.allSatisfy({ abs($0 - s) > 1e-5 }),
        s > 1e-4 || target.dimension == 1
      else { continue }
      let h = 1e-6
      let slope = abs(target.profile.value(s + h) - target.profile.value(s - h)) / (2 * h)
      let stated = target.localLipschitz(at: point)
      #expect(abs(slope - stated) <= 1e-5 * stated + 1e-8, "\(target.name) at \(point): \(slope), stated \(stated)")
    }
  }

  @Test(arguments: library + randomTargets(12, seed: 3))
  func `No difference quotient within the gap exceeds the largest local Lipschitz constant on the way`(target: TargetMap) {
    var random = KeyedRandom(seed: 2, stream: target.name)
    for point in target.randomPoints(200, seed: 2) {
      let s = target.coordinate(point)
      let other = s + random.uniform(-0.9, 0.9) * min(target.gap(at: point), 0.5)
      let way =
        (0...200).map { s + (other - s) * Double($0) / 200 }
        + target.profile.kinks.filter { ($0 - s) * ($0 - other) < 0 }
      let steepest = way.map(target.profile.localLipschitz).max() ?? 0
      let rise = abs(target.profile.value(s) - target.profile.value(other))
      let rounding = 1e-14 * (abs(target.profile.value(s)) + abs(target.profile.value(other)))
      #expect(rise <= steepest * abs(s - other) * (1 + 1e-12) + rounding)
    }
  }

  @Test func `The largest slope of a piecewise map is its level, and a random point of ramps has slope 0 or the level`() throws {
    for level in [2.5, 5, 10, 20, 50] {
      let zigzag = try TargetMap(.zigzag, level: level)
      let ramps = try TargetMap(.ramps, level: level)
      for point in zigzag.randomPoints(100, seed: 4) where abs(point[0]) < 1 {
        #expect(abs(zigzag.localLipschitz(at: point) - level) < 1e-9 * level)
      }
      let slopes = ramps.randomPoints(500, seed: 4).map(ramps.localLipschitz(at:))
      #expect(slopes.allSatisfy { $0 == 0 || abs($0 - level) < 1e-9 * level } && slopes.contains(0))
      #expect(ramps.value(at: [-0.75]) == 0 && ramps.value(at: [-0.5]) == 0.5 && ramps.value(at: [0]) == -0.5)
      #expect(abs(zigzag.value(at: [1 / level]) - 1) < 1e-12 && abs(zigzag.value(at: [-1 / level]) + 1) < 1e-12)
      #expect(abs(zigzag.value(at: [0])) < 1e-12)
    }
  }

  @Test func `Gaps are distances to what the domain lacks`() throws {
    let expected: [(TargetMap.Kind, [Double], Double)] = [
      (.reciprocal, [-0.25], 0.25), (.twoPoles, [0.75], 0.25), (.twoPoles, [-2], 2), (.logarithm, [0.1], 0.1),
      (.logarithm, [-0.1], -0.1), (.tangent, [1.5], .pi / 2 - 1.5), (.tangent, [-2], 2 - .pi / 2), (.tangent, [9], 9 - 2.5 * .pi),
      (.ring, [0.6, 0.8], 0), (.ring, [0, 0], 1), (.ring, [3, 4], 4),
    ]
    for (kind, point, gap) in expected {
      #expect(abs(try TargetMap(kind).gap(at: point) - gap) < 1e-12, "\(kind) at \(point)")
    }
    #expect(try TargetMap(.ramps, level: 5).gap(at: [0]) == .infinity)
    #expect(try TargetMap(.tangent).profile.singularities(in: -5...5).count == 4)
  }

  @Test func `Levels go with piecewise maps only`() throws {
    for (kind, level) in [(TargetMap.Kind.ramps, nil), (.zigzag, 2), (.reciprocal, 5), (.ramps, 1e4), (.ramps, .nan)]
      as [(TargetMap.Kind, Double?)]
    {
      let failure = try #require(throws: Failure.self) { try TargetMap(kind, level: level) }
      #expect(failure.status == .usage && failure.problem.contains("level"))
    }
    #expect(try TargetMap(.ramps, level: 17.5).name == "ramps-17.5")
  }
}
