import Foundation
import Plot
import Support
import TestSupport
import Testing

@testable import Report

@Suite struct FigureTests {
  static let models: [ModelSweeps] = {
    try! ModelSweeps.grouped(
      [
        SyntheticSweeps.implicit(), SyntheticSweeps.implicit(seed: 1, floor: 0.2),
        SyntheticSweeps.implicit("implicit-16", floor: 0.15), SyntheticSweeps.explicit(),
        SyntheticSweeps.explicit("explicit-16", error: 0.3),
      ])
  }()
  static var figures: [Figure] { SweepFigures(models: models, errorLabel: "relative error").all }

  @Test func `Every case study has the same figures, those without anything to show left out`() {
    #expect(
      Self.figures.map(\.name) == [
        "error-iteration", "lipschitz-implicit-8", "lipschitz-implicit-16", "residual-iteration", "error-seconds",
        "error-flops",
      ])
  }

  @Test func `A line has the statistic that its caption says, over the samples of all seeds`() throws {
    let residual = try #require(Self.figures.first { $0.name == "residual-iteration" })
    let medians = try #require(Self.models.first { $0.label == "implicit-8" }?.statistics(.residual)?.map(\.median))
    #expect(residual.series.first { $0.label == "implicit-8" }?.points.map(\.y) == medians)
    let error = try #require(Self.figures.first { $0.name == "error-iteration" })
    // Floors 0.18 and 0.2 of the two seeds, at iteration 16.
    let last = try #require(error.series.first { $0.label == "implicit-8" }?.points.last)
    #expect(abs(last.y - (0.19 + 0.41 * pow(0.6, 15))) < 1e-12)
    #expect(error.levels.map(\.label) == ["explicit-8", "explicit-16"])
  }

  @Test func `Without gnuplot no folder of a report is left`() async throws {
    let folder = try TemporaryFolder()
    let report = folder.url.appending(path: "report")
    let failure = await #expect(throws: Failure.self) {
      try await ReportFolder(report).write(
        ReportPage(
          title: "", caseStudy: "", results: Table(columns: [], rows: []), figures: Self.figures,
          inputs: Table(columns: [], rows: [])), gnuplot: Gnuplot(program: "/nowhere/gnuplot"))
    }
    #expect(failure?.status == .cannotCreate)
    #expect(!FileManager.default.fileExists(atPath: report.path))
  }

  @Test func `A long training is thinned to medians that keep its course and its last step`() {
    var losses = (1...10_000).map { 1 / Double($0) }
    for spike in stride(from: 50, to: losses.count, by: 100) { losses[spike] = 1e9 }
    let curve = TrainingCurve(model: "m", seed: 0, steps: Array(1...10_000), losses: losses)
    let points = curve.thinned(to: 300)
    #expect(points.count <= 300 && points.last?.x == 10_000)
    #expect(points.allSatisfy { $0.y < 1 })
    #expect(TrainingCurve(model: "m", seed: 0, steps: [], losses: []).thinned(to: 300).isEmpty)
  }
}
