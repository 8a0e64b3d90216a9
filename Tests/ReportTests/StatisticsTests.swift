import Testing

@testable import Report

@Suite struct StatisticsTests {
  @Test func `Mean, unbiased deviation, extremes and quantiles of 1...9 have their closed forms`() {
    let statistics = Statistics((1...9).map(Double.init).shuffled())
    #expect(statistics.mean == 5)
    #expect(abs(statistics.deviation - 7.5.squareRoot()) < 1e-15)  // n (n + 1) / 12 with n = 9
    #expect((statistics.minimum, statistics.median, statistics.maximum) == (1, 5, 9))
    #expect(statistics.quantile(0.1) == 1.8)  // 1 + 0.1 * 8
    #expect(statistics.quantile(0) == 1 && statistics.quantile(1) == 9)
  }

  @Test func `The median of an even number of values is half-way between the middle two`() {
    #expect(Statistics([4, 1, 3, 2]).median == 2.5)
  }

  @Test func `A large offset does not spoil the deviation`() {
    #expect(abs(Statistics([1e9 + 1, 1e9 + 2, 1e9 + 3]).deviation - 1) < 1e-6)
  }

  @Test func `NaN and infinite values are left out of every statistic and counted apart`() {
    let statistics = Statistics([1, .nan, 3, .infinity, -.infinity, .nan, .nan])
    #expect((statistics.count, statistics.missing, statistics.infinite) == (2, 3, 2))
    #expect((statistics.mean, statistics.maximum) == (2, 3))
  }

  @Test func `Without values every statistic is NaN, and one value has no deviation`() {
    let none = Statistics([.nan])
    #expect(
      none.mean.isNaN && none.deviation.isNaN && none.median.isNaN && none.minimum.isNaN && none.quantile(1).isNaN)
    #expect(Statistics([2]).mean == 2 && Statistics([2]).deviation.isNaN)
  }
}
