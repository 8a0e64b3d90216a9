import Configuration
import Plot
import Records
import Testing

@testable import Report

/// Local Lipschitz constants: measured at iterations of their own, for the first samples, some of them only bounds.
@Suite struct LocalLipschitzTests {
  /// Two of four samples at the iterations 4 and 2, in this order; one of the constants at 4 did not converge.
  static func sweep(seed: UInt64 = 0) -> SweepRecord {
    var sweep = SyntheticSweeps.implicit(seed: seed, samples: 4, iterations: 8, perturbations: ["A", "b"])
    sweep.localLipschitz = .init(
      iterations: [4, 2], constants: SampleCurves(samples: 2, iterations: 2, values: [40, 20, 60, 10])!,
      converged: [true, true, false, true])
    return sweep
  }

  static func explicit() -> SweepRecord {
    var sweep = SyntheticSweeps.explicit()
    sweep.localLipschitz = .init(
      iterations: [4, 2], constants: SampleCurves(samples: 1, iterations: 2, values: [7, 7])!, converged: [true, true])
    return sweep
  }

  func value(_ quantity: Quantity, _ sweeps: [SweepRecord] = [Self.sweep()]) throws -> Verdict {
    try Verdict(ExpectedBand(name: "", quantity: quantity, atMost: 1e9), in: ModelSweeps.grouped(sweeps))
  }

  @Test func `The metric is read by its name, and a band takes any of its own iterations`() throws {
    let metric = Metric(named: "local_lipschitz")
    #expect(metric == .localLipschitz && metric.name == "local_lipschitz")
    func quantity(_ iteration: IntegerOr<Quantity.Landmark>, _ reduction: Quantity.Reduction) -> Quantity {
      Quantity(model: "implicit-8", metric: metric, iteration: iteration, reduction: reduction)
    }
    #expect(try value(quantity(.integer(2), .max)).cases[0].value == 20)
    #expect(try value(quantity(.integer(4), .mean)).cases[0].value == 50)
    #expect(try value(quantity(.word(.first), .min)).cases[0].value == 10)
    #expect(try value(quantity(.word(.last), .max)).cases[0].value == 60)
    let missing = try value(quantity(.integer(8), .max))
    #expect(missing.outcome == .notMeasured && missing.found == "iteration 8 was not recorded, but 2, 4")
  }

  @Test func `A constant that is only a lower bound is said to be one`() throws {
    var quantity = Quantity(model: "implicit-8", metric: .localLipschitz, iteration: .integer(4), reduction: .max)
    #expect(
      try value(quantity).found == "60.0 (1 of 2 are lower bounds: their power iteration did not converge)")
    quantity.iteration = .integer(2)
    #expect(try value(quantity).found == "20.0")
  }

  @Test func `A band about constants that were not measured says how to measure them`() throws {
    let verdict = try value(Quantity(model: "implicit-8", metric: .localLipschitz), [SyntheticSweeps.implicit()])
    #expect(verdict.outcome == .notMeasured && verdict.found.contains("sweep.lipschitz.iterations"))
  }

  @Test func `A failed sample has no constant to speak of`() throws {
    var sweep = Self.sweep()
    sweep.statuses = [.diverged, .iterationLimit, .iterationLimit, .iterationLimit]
    let curves = try #require(try ModelSweeps.grouped([sweep])[0].curves(of: .localLipschitz))
    #expect(curves.statistics().map(\.maximum) == [10, 60] && curves.statistics().map(\.failed) == [1, 1])
    #expect(curves.lowerBounds() == [0, 1])
    #expect(try !value(Quantity(model: "implicit-8", metric: .localLipschitz), [sweep]).holds)
    // Of the samples behind the measured ones none is a failure of the constants.
    sweep.statuses = [.iterationLimit, .iterationLimit, .diverged, .diverged]
    #expect(try value(Quantity(model: "implicit-8", metric: .localLipschitz), [sweep]).holds)
  }

  @Test func `Seeds that measured other iterations have no constants together`() throws {
    var other = Self.sweep(seed: 1)
    #expect(try ModelSweeps.grouped([Self.sweep(), other])[0].curves(of: .localLipschitz)?.values.samples == 4)
    other.localLipschitz?.iterations = [4, 3]
    #expect(try ModelSweeps.grouped([Self.sweep(), other])[0].curves(of: .localLipschitz) == nil)
  }

  @Test func `The figure has the largest constants, with the sampled ratios of the same samples`() throws {
    let sweep = Self.sweep()
    let figures = SweepFigures(models: try ModelSweeps.grouped([sweep, Self.explicit()]), errorLabel: "error")
    let figure = try #require(figures.all.first { $0.name == "local-lipschitz-iteration" })
    #expect(figure.series.map(\.label) == ["implicit-8", ""])
    #expect(figure.series[0].points.map(\.x) == [2, 4] && figure.series[0].points.map(\.y) == [20, 60])
    #expect(figure.levels.map(\.y) == [7])
    #expect(figure.caption.contains("power iteration did not converge: 1 of 6."))
    // Sample 1 of the first two has the larger ratios; samples 2 and 3, whose are larger still, have no constant.
    let expected = (0..<8).map { k in sweep.lipschitzRatio.map { $0.row(1)[k] }.max() }
    #expect(figure.series[1].points.map(\.y) == expected)
    let without = SweepFigures(models: try ModelSweeps.grouped([SyntheticSweeps.implicit()]), errorLabel: "error")
    #expect(!without.all.contains { $0.name == "local-lipschitz-iteration" })
  }

  @Test func `Table, notes, summary and JSON have the largest constant up to the iteration of the report`() throws {
    for (iteration, place, largest, bounds) in [(1, 2, 20.0, 0), (3, 2, 20, 0), (4, 4, 60, 1), (8, 4, 60, 1)] {
      let aggregation = try Aggregation(
        sweeps: [Self.sweep(), Self.explicit()], settings: .init(iteration: iteration), description: .init(title: ""))
      let row = try #require(aggregation.summaries.first { $0.isIterative }?.localLipschitz)
      #expect(row == .init(iteration: place, largest: largest, count: 2, lowerBounds: bounds))
      let table = aggregation.page.results
      let column = try #require(table.columns.firstIndex { $0.heading == "largest local Lipschitz constant" })
      #expect(table.rows.map { $0[column] } == [.number(7), .number(largest)])
      #expect(table.rows.map { $0[column + 1] } == [.empty, .integer(place)])
      let models = aggregation.summary.tables[0].columns
      #expect(models.first { $0.name == "local_lipschitz_max" }?.values == .real([7, largest]))
      #expect(models.first { $0.name == "local_lipschitz_lower_bounds" }?.values == .integer([0, Int64(bounds)]))
      let document = ResultDocument(aggregation, ReportFolder(.init(filePath: "/report")))
      #expect(document.models[1].localLipschitz == largest && document.models[1].localLipschitzLowerBounds == bounds)
      #expect(document.models[1].localLipschitzIteration == place)
      #expect(
        aggregation.page.notes.contains {
          $0.hasPrefix("implicit-8, test: 1 of 4 local Lipschitz constants are lower bounds")
        })
    }
  }

  @Test func `The summary has a row for each of the own iterations`() throws {
    let aggregation = try Aggregation(sweeps: [Self.sweep()], description: .init(title: ""))
    let columns = aggregation.summary.tables[1].columns
    func values(_ name: String) throws -> SummaryTable.Values { try #require(columns.first { $0.name == name }).values }
    guard case .text(let metrics) = try values("metric"), case .integer(let iterations) = try values("iteration"),
      case .integer(let bounds) = try values("lower_bounds"), case .real(let largest) = try values("max")
    else { return #expect(Bool(false), "columns of other types") }
    let rows = metrics.indices.filter { metrics[$0] == "local_lipschitz" }
    #expect(rows.map { iterations[$0] } == [2, 4] && rows.map { bounds[$0] } == [0, 1] && rows.map { largest[$0] } == [20, 60])
    #expect(bounds.reduce(0, +) == 1)
  }
}
