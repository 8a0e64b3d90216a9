import Records
import Testing

@testable import Report

/// What random starts and other solvers say in a report.
@Suite struct BreadthTests {
  @Test func `Of the first b starts the one of the lowest residual counts, at every depth`() throws {
    let breadth = try #require(Breadth(ModelSweeps.grouped([SyntheticSweeps.broad()])[0]))
    #expect(breadth.samples == 4 && breadth.depths == [1, 2, 4] && breadth.breadths == [1, 2, 4])
    // Start 0 of samples 0 ... 3 has 10, 20, 30, 40 at t = 1. Of two starts: 10, 20, 30 and, since 40 and 10, 10. Of four: always 10.
    for (errors, expected) in zip(breadth.error, [25, 17.5, 10]) {
      for (error, depth) in zip(errors, [1.0, 2, 4]) { #expect(abs(error - expected / depth) < 1e-12) }
    }
    #expect(abs(breadth.gain - (10.0 / 25 - 1)) < 1e-12)
    #expect(breadth.oracle.map { ($0 * 100).rounded() } == [1000, 500, 250])
    #expect(breadth.uniqueShare == 0.25 && breadth.spread.maximum == 0.5)
    let figure = breadth.figure
    #expect(figure.cells.count == 4 * 3 && figure.cellNames.rows == ["usual", "1", "2", "4"])
    #expect(figure.cells.allSatisfy { figure.cellRange.contains($0.value) })
  }

  @Test func `Samples that failed from their usual start are in no mean, and sweeps without starts have no breadth`() throws {
    var sweep = SyntheticSweeps.broad()
    sweep.statuses?[0] = .nonFinite
    let breadth = try #require(Breadth(ModelSweeps.grouped([sweep])[0]))
    #expect(breadth.samples == 3 && breadth.uniqueShare == 0)
    #expect(try Breadth(ModelSweeps.grouped([SyntheticSweeps.implicit()])[0]) == nil)
  }

  @Test func `Solvers that were compared stop by tolerance with the evaluations they took`() throws {
    let sweeps = try ModelSweeps.grouped([SyntheticSweeps.broad()])[0]
    let settling = try #require(Settling(sweeps, tolerances: [0.1, 1e-5], iteration: nil))
    #expect(settling.stops.map(\.solver) == ["picard", "picard", "anderson", "anderson"])
    let anderson = settling.stops[2]
    // The second iterate, after 3 evaluations, is the first below 0.1; its error is 1/2.
    #expect(anderson.reached == 8 && anderson.medianEvaluations == 3 && anderson.error == 0.5)
    #expect(settling.stops[3].reached == 0)
    #expect(settling.contraction.count == 8 && settling.contraction.median == 0.75)
    let figure = SweepFigures(models: [sweeps], errorLabel: "error").errorAgainstEvaluations
    #expect(figure.series.map(\.label) == ["implicit-8, picard", "implicit-8, anderson"])
    #expect(figure.series[1].points.map(\.x) == [1, 3, 5, 7])
  }
}
