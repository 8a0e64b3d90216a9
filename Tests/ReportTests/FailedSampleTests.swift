import Configuration
import Plot
import Records
import Testing

@testable import Report

/// Samples that failed are in no mean, and every output of a report says how many there are.
@Suite struct FailedSampleTests {
  /// Four samples at three iterations. The third diverged, with small numbers all the same; the fourth left the numbers.
  static func sweep(split: Split = .test, seed: UInt64 = 0) -> SweepRecord {
    var sweep = SyntheticSweeps.implicit(seed: seed, split: split, samples: 4, iterations: 3, perturbations: ["A"])
    let values: [Double] = [
      3, 2, 1,
      5, 4, 3,
      0.1, 0.1, 0.1,
      7, .infinity, .infinity,
    ]
    let curves = SampleCurves(samples: 4, iterations: 3, values: values)!
    sweep.error = curves
    sweep.residual = curves
    sweep.lipschitzRatio = [curves]
    sweep.perturbedError = [curves]
    sweep.qualities = [.init(MeasureDescription("psnr", units: "dB", "signal to noise"), curves)]
    sweep.statuses = [.iterationLimit, .iterationLimit, .diverged, .nonFinite]
    return sweep
  }

  static func aggregation(_ sweeps: [SweepRecord], bands: [ExpectedBand] = []) throws -> Aggregation {
    try Aggregation(sweeps: sweeps, settings: .init(bands: bands), description: .init(title: "Failures"))
  }

  @Test(arguments: [Metric.error, .residual, .lipschitzRatio, .perturbedError, .quality("psnr")])
  func `A failed sample is in no statistic at any iteration, finite or not`(metric: Metric) throws {
    let models = try ModelSweeps.grouped([Self.sweep()])
    let statistics = try #require(models[0].statistics(metric, perturbation: metric.isPerturbed ? "A" : nil))
    #expect(statistics.map(\.mean) == [4, 3, 2] && statistics.map(\.median) == [4, 3, 2])
    #expect(statistics.map(\.count) == [2, 2, 2] && statistics.map(\.failed) == [2, 2, 2])
    #expect(statistics.map(\.infinite) == [0, 0, 0])
  }

  @Test func `Both ways to fail are counted, over all seeds`() throws {
    let failures = try ModelSweeps.grouped([Self.sweep(), Self.sweep(seed: 1)])[0].failures
    #expect((failures.samples, failures.diverged, failures.nonFinite, failures.count) == (8, 2, 2, 4))
    #expect(failures.text == "4 of 8 samples failed (2 diverged, 2 met values that are not finite)")
  }

  @Test func `What belongs to the model and not to a sample does not fail`() throws {
    let models = try ModelSweeps.grouped([Self.sweep()])
    for metric in [Metric.seconds, .flops, .parameters] {
      #expect(models[0].statistics(metric)?.map(\.failed) == [0, 0, 0])
      let band = ExpectedBand(name: "", quantity: Quantity(model: "implicit-8", metric: metric), atMost: 1e9)
      #expect(Verdict(band, in: models).holds)
    }
  }

  @Test(arguments: [Metric.error, .residual, .lipschitzRatio, .perturbedError, .quality("psnr")])
  func `No claim rests on the samples that are left`(metric: Metric) throws {
    let models = try ModelSweeps.grouped([Self.sweep()])
    for reduction in Quantity.Reduction.allCases {
      for spread in [nil, IntegerOr<Quantity.Landmark>.word(.last)] {
        let quantity = Quantity(
          model: "implicit-8", metric: metric, iteration: .integer(1), spreadTo: spread, reduction: reduction)
        let verdict = Verdict(ExpectedBand(name: "", quantity: quantity, atLeast: -1e9, atMost: 1e9), in: models)
        #expect(!verdict.holds)
        #expect(verdict.found.contains("2 of 4 samples failed (1 diverged, 1 met values that are not finite)"))
      }
    }
  }

  @Test func `A claim against a reference whose samples failed does not hold either`() throws {
    var good = Self.sweep()
    good.facts.model = "explicit-8"
    good.statuses = nil
    good.error = SampleCurves(samples: 4, iterations: 3, values: Array(repeating: 1, count: 12))!
    let models = try ModelSweeps.grouped([good, Self.sweep()])
    let band = ExpectedBand(
      name: "", quantity: Quantity(model: "explicit-8"), reference: Quantity(model: "implicit-8"), atLeast: 0)
    let verdict = Verdict(band, in: models)
    #expect(!verdict.holds && verdict.found.contains("samples failed"))
  }

  @Test func `An infinite ratio of a perturbed problem breaks its claim, also within a range of iterations`() throws {
    var sweep = SyntheticSweeps.implicit(samples: 2, iterations: 3, perturbations: ["A"])
    sweep.lipschitzRatio = [SampleCurves(samples: 2, iterations: 3, values: [1, 1, 1, 1, .infinity, .infinity])!]
    let models = try ModelSweeps.grouped([sweep])
    var quantity = Quantity(
      model: "implicit-8", metric: .lipschitzRatio, iteration: .word(.first), spreadTo: .word(.last), perturbation: "A")
    let range = Verdict(ExpectedBand(name: "", quantity: quantity, atMost: 9), in: models)
    #expect(range.found == "NaN (1 of 2 values are not finite)")
    quantity.spreadTo = nil
    #expect(Verdict(ExpectedBand(name: "", quantity: quantity, atMost: 9), in: models).holds)
    #expect(
      try Self.aggregation([sweep]).page.notes.contains {
        $0 == "implicit-8, test: 1 samples have an infinite Lipschitz ratio for A, which is left out."
      })
  }

  @Test func `The table counts failed samples on both splits, where there are any`() throws {
    var steady = SyntheticSweeps.implicit("steady", samples: 4, iterations: 3, perturbations: ["A"])
    steady.source.path = "steady.h5"
    let table = try Self.aggregation([Self.sweep(), Self.sweep(split: .train), steady]).page.results
    let headings = table.columns.map(\.heading)
    let column = try #require(headings.firstIndex(of: "failed samples"))
    let train = try #require(headings.firstIndex(of: "failed train samples"))
    #expect(table.rows.map { $0[column] } == [.integer(2), .integer(0)])
    #expect(table.rows.map { $0[train] } == [.integer(2), .empty])
    #expect(try !Self.aggregation([steady]).page.results.csv.contains("failed"))
  }

  @Test func `Notes, captions, summary and JSON say how many samples are left out`() throws {
    let aggregation = try Self.aggregation([Self.sweep(), Self.sweep(split: .train)])
    for split in ["test", "train"] {
      #expect(aggregation.page.notes.contains { $0.hasPrefix("implicit-8, \(split): 2 of 4 samples failed (1 diverged") })
    }
    let figures = aggregation.page.figures
    #expect(
      Set(figures.map(\.name)).isSuperset(of: [
        "error-iteration", "psnr-iteration", "lipschitz-implicit-8", "residual-iteration", "error-seconds", "error-flops",
      ]))
    for figure in figures {
      #expect(figure.caption.hasSuffix("Left out because they failed: 2 of 4 samples of implicit-8."), "\(figure.name)")
    }
    let tables = aggregation.summary.tables
    func column(_ table: Int, _ name: String) -> SummaryTable.Values? {
      tables[table].columns.first { $0.name == name }?.values
    }
    #expect(column(0, "samples") == .integer([4]) && column(0, "failed_samples") == .integer([2]))
    #expect(column(0, "failed_train_samples") == .integer([2]))
    guard case .integer(let failed)? = column(1, "failed"), case .text(let metrics)? = column(1, "metric") else {
      return #expect(Bool(false), "no column")
    }
    #expect(zip(metrics, failed).allSatisfy { ["seconds", "flops", "parameters"].contains($0) ? $1 == 0 : $1 == 2 })
    let document = ResultDocument(aggregation, ReportFolder(.init(filePath: "/report")))
    #expect((document.models[0].samples, document.models[0].failedSamples) == (4, 2))
    #expect(document.models[0].failedTrainSamples == 2 && document.models[0].error == 2)
  }

  @Test func `Where every sample failed there is no number and nothing to draw`() throws {
    var sweep = Self.sweep()
    sweep.statuses = Array(repeating: .nonFinite, count: 4)
    let aggregation = try Self.aggregation([sweep])
    #expect(aggregation.summaries[0].error.mean.isNaN && aggregation.summaries[0].failures.count == 4)
    #expect(aggregation.page.figures.isEmpty)
  }

  @Test func `An explicit network fails where its error is not finite`() throws {
    var sweep = SyntheticSweeps.explicit()
    sweep.error = SampleCurves(samples: 3, iterations: 1, values: [0.25, .nan, .infinity])!
    let aggregation = try Self.aggregation([sweep])
    #expect(aggregation.summaries[0].failures.count == 2 && aggregation.summaries[0].error.mean == 0.25)
    #expect(aggregation.page.notes.contains { $0.contains("2 of 3 samples failed (2 met values that are not finite)") })
  }
}
