import Foundation
import Records
import Support
import TestSupport
import Testing

@testable import Report

@Suite struct AggregationTests {
  static let sweeps = [
    SyntheticSweeps.implicit(), SyntheticSweeps.implicit(seed: 1), SyntheticSweeps.implicit(split: .train, floor: 0.1),
    SyntheticSweeps.implicit(seed: 1, split: .train, floor: 0.1), SyntheticSweeps.explicit(),
  ]
  static let published = [
    PublishedResult(model: "implicit-8", split: .test, error: 0.177, source: "Table 1"),
    PublishedResult(model: "implicit-8", split: .train, error: 0.162, source: "Table 1"),
    PublishedResult(model: "implicit-99", split: .test, error: 0.5, source: "Table 1"),
  ]

  func aggregation(
    _ sweeps: [SweepRecord] = Self.sweeps, settings: AggregationSettings = .init(), title: String = "Linear programs",
    trainingCurves: [TrainingCurve] = []
  ) throws -> Aggregation {
    try Aggregation(
      sweeps: sweeps, trainingCurves: trainingCurves, settings: settings, published: Self.published,
      description: .init(
        title: title, references: ["Liu et al. 2025"],
        provenance: [.init("commit", "0123abc")]))
  }

  @Test func `A summary has the errors at the first, the chosen and the best iteration, and of both splits`() throws {
    let summary = try #require(try aggregation(settings: .init(iteration: 8)).summaries.first { $0.isIterative })
    #expect(summary.label == "implicit-8")
    #expect(summary.seeds == [0, 1])
    #expect(summary.firstError.iteration == 1 && abs(summary.firstError.mean - 0.6) < 1e-12)
    #expect(summary.error.iteration == 8 && abs(summary.error.mean - (0.18 + 0.42 * pow(0.6, 7))) < 1e-12)
    #expect(summary.bestError.iteration == 16)
    #expect(abs((summary.trainError?.mean ?? 0) - (0.1 + 0.5 * pow(0.6, 7))) < 1e-12)
    #expect(summary.flops == 8 * 4e4 && summary.seconds == 0.08)
    // Offsets from -0.1 to 0.1 at 40 even distances, twice (two seeds): sum of squares 80 * 0.2^2 (40^2 - 1) / (12 * 39^2).
    #expect(abs(summary.error.deviation - (80 * 0.04 * 1599 / (12.0 * 1521) / 79).squareRoot()) < 1e-12)
  }

  @Test func `A report says how many samples have converged, and what the others do`() throws {
    let report = try aggregation(settings: .init(iteration: 8))
    let row = try #require(report.summaries.first { $0.isIterative })
    // .25^7 is 6e-5: half of the samples are below 1e-3 at iteration 8, none at iteration 1.
    #expect(row.convergedShare == 0.5)
    #expect(try aggregation(settings: .init(iteration: 1)).summaries.first { $0.isIterative }?.convergedShare == 0)
    #expect(report.summaries.first { !$0.isIterative }?.convergedShare == nil)
    let note = try #require(report.page.notes.first { $0.contains("have converged") && $0.contains("test") })
    #expect(note.contains("at iteration 16 50.0 %") && note.contains("50.0 % repeat a cycle") && !note.contains("creep"))
    let claim = ExpectedBand(
      name: "converges", quantity: Quantity(model: "implicit-8", metric: Metric(named: "converged"), iteration: .integer(16)),
      atLeast: 0.95)
    #expect(try aggregation(settings: .init(bands: [claim])).verdicts[0].outcome == .violated)
  }

  @Test func `A table about an iteration that was not recorded shows the last one before it, and says so`() throws {
    let late = try aggregation(settings: .init(iteration: 99))
    #expect(late.summaries.first { $0.isIterative }?.error.iteration == 16)
    #expect(
      late.page.notes.contains {
        $0.contains("iteration 99 (aggregate.iteration), which was not recorded of implicit-8: it shows iteration 16")
      })
    #expect(try !aggregation(settings: .init(iteration: 8)).page.notes.contains { $0.contains("aggregate.iteration") })
  }

  @Test func `Published numbers stand beside measured ones only in a comparable setting`() throws {
    let apart = try aggregation().page.results.csv
    #expect(!apart.contains("published"))
    let beside = try aggregation(settings: .init(comparesWithPublished: true))
    #expect(beside.summaries.map(\.publishedTestError) == [nil, 0.177])
    #expect(beside.summaries.map(\.publishedTrainError) == [nil, 0.162])
    #expect(beside.page.results.csv.contains("published test error"))
    #expect(beside.page.notes.contains("Published numbers: Table 1."))
  }

  @Test func `The report folder holds the page, the tables and the figures, and nothing of an earlier report`()
    async throws
  {
    let folder = try TemporaryFolder()
    let report = ReportFolder(folder.url.appending(path: "deep/report"))
    let curve = TrainingCurve(
      model: "implicit-8", seed: 0, steps: Array(1...1000), losses: (1...1000).map { 1 / Double($0) })
    try await report.write(try aggregation(trainingCurves: [curve]).page)
    let stale = report.url.appending(path: "figures/training.svg")
    let foreign = report.url.appending(path: "figures/lipschitz-old.svg")
    #expect(FileManager.default.fileExists(atPath: stale.path))
    try Data().write(to: foreign)
    let aggregation = try aggregation()
    try await report.write(aggregation.page) { try writeAtomically("x", to: $0.appending(path: "summary.h5")) }

    let files = FileManager.default
    #expect(
      Set(try files.contentsOfDirectory(atPath: report.url.path))
        == ["report.html", "table.csv", "table.md", "summary.h5", "figures", ".report-files"])
    #expect(!files.fileExists(atPath: stale.path))
    #expect(files.fileExists(atPath: foreign.path))
    let html = try String(contentsOf: report.page, encoding: .utf8)
    for figure in aggregation.page.figures {
      #expect(html.contains("figures/\(figure.name).svg"))
      for type in ["svg", "png", "dat", "gp"] {
        #expect(files.fileExists(atPath: report.url.appending(path: "figures/\(figure.name).\(type)").path))
      }
    }
  }

  @Test func `The page says what was run, with which seeds and files, and how each claim came out`() throws {
    let settings = AggregationSettings(
      bands: [
        ExpectedBand(name: "converges", quantity: Quantity(model: "implicit-8"), atMost: 0.2),
        ExpectedBand(name: "miracle", quantity: Quantity(model: "implicit-8"), atMost: 0.01),
      ])
    let aggregation = try aggregation(settings: settings, title: "a < b & \"c\"")
    let html = try aggregation.page.html()
    for text in [
      "<h1>a &lt; b &amp; &quot;c&quot;</h1>", "linear-programs", "Liu et al. 2025", "1 of 2 claims hold",
      "<td class=\"violated\">violated</td>", "<td class=\"holds\">holds</td>", "0.180 ± 0.060", "seed: 17", "0123abc",
      "sweeps/implicit-8-1.sweep.h5", "<td class=\"text\">" + String(repeating: "ab", count: 6) + "</td>", "picard",
      "1 to 16",
    ] {
      #expect(html.contains(text), "\(text)")
    }
    let violation = try #require(aggregation.violation)
    #expect(violation.status == .outsideBand)
    #expect(violation.problem.contains("1 of 2"))
    #expect(violation.problem.contains("\"miracle\""))
    #expect(violation.problem.contains("expected at most 0.01, found seed 0: 0.180; seed 1: 0.180"))
    #expect(!violation.problem.contains("\"converges\""))
  }

  @Test func `Sweeps that cannot stand in one report are refused, with both files named`() throws {
    var other = SyntheticSweeps.explicit()
    other.facts.caseStudy = "deblurring"
    var longer = SyntheticSweeps.implicit(seed: 1, iterations: 8)
    longer.source.path = "longer.h5"
    for (sweeps, message) in [
      ([SyntheticSweeps.explicit(), other], "of the case study deblurring"),
      ([SyntheticSweeps.explicit(), SyntheticSweeps.explicit()], "is also in"),
      ([SyntheticSweeps.implicit(), longer], "other iterations"), ([], "no sweeps"),
    ] {
      let failure = #expect(throws: Failure.self) { try aggregation(sweeps) }
      #expect(failure?.problem.contains(message) == true, "\(failure?.description ?? "")")
    }
  }

  @Test func `A model swept with two solvers has a row for each`() throws {
    let aggregation = try aggregation([SyntheticSweeps.implicit(), SyntheticSweeps.implicit(solver: "anderson")])
    #expect(aggregation.summaries.map(\.label) == ["implicit-8 (anderson)", "implicit-8 (picard)"])
  }

  @Test func `Models stand in the order of the numbers in their names`() throws {
    let names = ["implicit-32", "implicit-4", "explicit-16", "implicit-16"]
    let sweeps = names.map { SyntheticSweeps.implicit($0) }
    #expect(
      try aggregation(sweeps).summaries.map(\.label) == ["explicit-16", "implicit-4", "implicit-16", "implicit-32"])
  }
}

@Suite struct SummaryTableTests {
  @Test func `The columns of every summary table are equally long, and hold the numbers of the report`() throws {
    let band = ExpectedBand(
      name: "claim", quantity: Quantity(model: "implicit-8", metric: .lipschitzRatio), atMost: 1)
    let aggregation = try Aggregation(
      sweeps: AggregationTests.sweeps, settings: .init(bands: [band]), description: .init(title: ""))
    let tables = aggregation.summary.tables
    #expect(
      tables.map(\.name) == [
        "models", "curves", "bands", "times", "tolerances", "contraction", "calibration", "breadth", "uniqueness", "fits",
        "growth",
      ])
    for table in tables {
      let lengths = table.columns.map { column in
        switch column.values {
        case .real(let values): values.count
        case .integer(let values): values.count
        case .text(let values): values.count
        }
      }
      #expect(Set(lengths).count == 1)
    }
    func column(_ table: Int, _ name: String) -> SummaryTable.Values? {
      tables[table].columns.first { $0.name == name }?.values
    }
    #expect(column(0, "model") == .text(["explicit-8", "implicit-8"]))
    #expect(column(0, "error_mean") == .real(aggregation.summaries.map(\.error.mean)))
    // Two splits of the implicit model with 16 iterations and of the explicit one with 1: error, FLOPs, parameters; the implicit
    // one has residuals, relative ones, whether they are small, and twice 5 perturbed curves besides. Seconds are in a table of their own.
    guard case .text(let metrics)? = column(1, "metric") else { return #expect(Bool(false), "no column") }
    #expect(metrics.count == 2 * 16 * (6 + 10) + 3)
    #expect(column(3, "metric") == .text(Array(repeating: "seconds", count: 2 * 16 + 1)))
    #expect(column(2, "seed") == .integer(Array(repeating: 0, count: 5) + Array(repeating: 1, count: 5)))
    #expect(column(2, "holds") == .integer(Array(repeating: 0, count: 10)))
  }
}
