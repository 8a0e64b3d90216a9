import Foundation
import Records
import Testing

@testable import Report

/// Fits of error and Lipschitz ratio against iterations.
@Suite struct ScalingTests {
  @Test(arguments: CurveFit.Form.allCases, [0.0, 0.2])
  func `A curve of a form is fitted exactly, and the other form is not`(form: CurveFit.Form, limit: Double) throws {
    let times = (1...24).map(Double.init)
    let points = times.map { (t: $0, value: limit + 0.7 * form.decay($0, rate: 0.6)) }
    let fit = try #require(CurveFit(form, to: points))
    #expect(abs(fit.rate - 0.6) < 1e-6 && abs(fit.limit - limit) < 1e-7 && abs(fit.amplitude - 0.7) < 1e-5)
    #expect(fit.deviation(from: points) < 1e-7)
    let other = try #require(CurveFit(form == .power ? .exponential : .power, to: points))
    #expect(other.deviation(from: points) > 1e-3 && other.limit >= 0)
  }

  @Test func `Too few points, and errors of zero, have no fit`() {
    #expect(CurveFit(.power, to: [(1, 1), (2, 0.5)]) == nil)
    #expect(CurveFit(.exponential, to: [(1, 1), (2, 0), (3, 0.1)]) == nil)
  }

  @Test func `The form that foretells the points held out comes first, with intervals that hold its values`() throws {
    // Errors .18 + .42 .6^(t - 1) and an offset of each sample: an exponential of rate -log .6 and limit .18.
    let scaling = try #require(Scaling(ModelSweeps.grouped([SyntheticSweeps.implicit()])[0]))
    let best = try #require(scaling.fits.first)
    #expect(best.fit.form == .exponential && best.holds && best.heldOut < 1e-6)
    #expect(abs(best.rate.value + log(0.6)) < 1e-6 && abs(best.limit.value - 0.18) < 1e-7)
    #expect(best.limit.low < 0.18 && best.limit.high > 0.18 && best.limit.high - best.limit.low < 0.1)
    let second = scaling.fits[1]
    #expect(second.fit.form == .power && second.heldOut > best.heldOut)
  }

  @Test func `A ratio that grows as a power has its exponent, until it saturates`() throws {
    var sweep = SyntheticSweeps.implicit(samples: 10, iterations: 24, perturbations: ["A"])
    // t^1.5 up to t = 16, then level; one sample is a hundred times as large.
    func curve(_ s: Int, _ t: Int) -> Double { (s == 0 ? 100 : 1) * pow(Double(min(t, 16)), 1.5) }
    sweep.lipschitzRatio = [
      SampleCurves(samples: 10, iterations: 24, values: (0..<10).flatMap { s in (1...24).map { curve(s, $0) } })!
    ]
    let growths = try #require(Scaling(ModelSweeps.grouped([sweep])[0])).growths
    #expect(growths.map(\.statistic) == [.mean, .median])
    for growth in growths {
      #expect(abs(growth.exponent.value - 1.5) < 1e-9 && growth.saturation == 16)
      #expect(growth.exponent.low <= growth.exponent.value + 1e-9 && growth.exponent.high >= growth.exponent.value - 1e-9)
    }
    sweep.lipschitzRatio = [
      SampleCurves(samples: 10, iterations: 24, values: [Double](repeating: 2, count: 240))!
    ]
    #expect(try #require(Scaling(ModelSweeps.grouped([sweep])[0])).growths.isEmpty)
  }

  @Test func `Tables of ratios have median, trimmed mean and largest value, and what they are`() throws {
    let table = LipschitzTable.table(
      [try ModelSweeps.grouped([SyntheticSweeps.broad(samples: 40, iterations: 8)])[0]], iteration: 4)
    #expect(table.rows.count == 5 && table.rows[0].last == .text("x over A") && table.rows[0][3] == .integer(4))
    // Of 40 values, two at either end are left out.
    let values = Statistics((1...40).map { $0 == 40 ? 1e9 : Double($0) })
    #expect(values.trimmedMean == (3...38).map(Double.init).reduce(0, +) / 36 && values.mean > 1e7)
    #expect(Statistics([]).trimmedMean.isNaN)
  }
}
