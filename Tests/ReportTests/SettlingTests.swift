import Records
import Testing

@testable import Report

/// What the relative residuals of a sweep say: the price of a tolerance, and whether a large residual tells of a large error.
@Suite struct SettlingTests {
  private static func settling(_ sweep: SweepRecord, iteration: Int? = nil) throws -> Settling? {
    Settling(try ModelSweeps.grouped([sweep])[0], tolerances: [0.1, 1e-3, 1e-12], iteration: iteration)
  }

  @Test func `Samples stop at the first iterate below the tolerance, and those that never get there are counted`() throws {
    // The first 20 of 40 samples have .25^k at iteration k + 1, the others .5.
    let found = try #require(try Self.settling(SyntheticSweeps.implicit()))
    #expect(found.samples == 40 && found.stops.map(\.tolerance) == [0.1, 1e-3, 1e-12])
    // .25^2 < .1 at iteration 3, whose residual takes a fourth evaluation; .25^5 < 1e-3 at iteration 6.
    #expect(found.stops.map(\.reached) == [20, 20, 0])
    #expect(found.stops[0].medianEvaluations == 4 && found.stops[1].evaluations90 == 7)
    #expect(found.stops[2].medianEvaluations.isNaN && found.stops[2].error.isNaN)
    // Errors .18 + .42 .6^k plus an offset whose mean over the first half of the samples is -.2 (10 / 39).
    let offset = (9.5 / 39 - 0.5) * 0.2
    #expect(abs(found.stops[0].error - (0.18 + 0.42 * 0.36 + offset)) < 1e-12)
    #expect(abs(found.stops[0].lastError - (0.18 + 0.42 * 0.6.raised(to: 15) + offset)) < 1e-12)
  }

  @Test func `Residual and error are compared by rank, and in quarters`() throws {
    var sweep = SyntheticSweeps.implicit(samples: 8, iterations: 2)
    func residuals(_ value: (Int) -> Double) -> SampleCurves? {
      SampleCurves(samples: 8, iterations: 2, values: (0..<8).flatMap { [1, value($0)] })
    }
    // Errors ascend from sample to sample.
    sweep.relativeResidual = residuals { Double($0 * $0) / 1024 }
    let up = try #require(try Self.settling(sweep))
    #expect(abs(up.rankCorrelation - 1) < 1e-12 && up.iteration == 2)
    #expect(up.quarters.map(\.residual) == [1, 9, 25, 49].map { $0 / 1024 })
    let errors = up.quarters.map(\.error)
    #expect(zip(errors, errors.dropFirst()).allSatisfy { $0 < $1 })
    sweep.relativeResidual = residuals { -Double($0) }
    #expect(abs(try #require(try Self.settling(sweep)).rankCorrelation + 1) < 1e-12)
    // At iteration 1 all residuals are the same.
    #expect(try #require(try Self.settling(sweep, iteration: 1)).rankCorrelation.isNaN)
    #expect(ranks(of: [3, 1, 3, 2]) == [3.5, 1, 3.5, 2])
  }

  @Test func `Explicit models, and sweeps without relative residuals, have nothing to settle`() throws {
    var old = SyntheticSweeps.implicit()
    old.relativeResidual = nil
    #expect(try Self.settling(SyntheticSweeps.explicit()) == nil)
    #expect(try Self.settling(old) == nil)
  }
}

extension Double {
  fileprivate func raised(to power: Int) -> Double { (0..<power).reduce(1) { product, _ in product * self } }
}
