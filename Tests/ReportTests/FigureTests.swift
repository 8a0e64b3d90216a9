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
    let medians = try #require(Self.models.first { $0.label == "implicit-8" }?.statistics(.relativeResidual)?.map(\.median))
    #expect(residual.series.first { $0.label == "implicit-8" }?.points.map(\.y) == medians)
    let error = try #require(Self.figures.first { $0.name == "error-iteration" })
    // Floors 0.18 and 0.2 of the two seeds, at iteration 16.
    let last = try #require(error.series.first { $0.label == "implicit-8" }?.points.last)
    #expect(abs(last.y - (0.19 + 0.41 * pow(0.6, 15))) < 1e-12)
    #expect(error.levels.map(\.label) == ["explicit-8", "explicit-16"])
  }

  @Test(arguments: ["/nowhere/gnuplot", "/bin/false"])
  func `Without a gnuplot that works the tables are written, with the scripts of the figures`(program: String) async throws {
    let folder = try TemporaryFolder()
    let report = ReportFolder(folder.url.appending(path: "report"))
    let page = ReportPage(
      title: "", caseStudy: "", results: Table(columns: [.init("model")], rows: [[.text("a")]]), figures: Self.figures,
      inputs: Table(columns: [], rows: []))
    let failure = await #expect(throws: Failure.self) {
      try await report.write(page, gnuplot: Gnuplot(program: program))
    }
    #expect(failure?.status == .cannotCreate)
    let files = FileManager.default
    let written = try files.contentsOfDirectory(atPath: report.url.path)
    #expect(Set(written).isSuperset(of: ["report.html", "table.csv", "table.md", "figures"]))
    #expect(files.fileExists(atPath: report.url.appending(path: "figures/error-iteration.gp").path))
    let html = try String(contentsOf: report.page, encoding: .utf8)
    #expect(html.contains("could not be drawn") && !html.contains("<img"))
    if let location = failure?.location { #expect(files.fileExists(atPath: location), "\(location)") }
    // Once it works, the report is as any other.
    try await report.write(page)
    #expect(try String(contentsOf: report.page, encoding: .utf8).contains("<img"))
  }

  @Test func `Figures whose names differ in signs or letters' case only are files of their own`() {
    let names = ["lipschitz-net-8", "lipschitz-net-8", "lipschitz-Net-8", "lipschitz-net-8-2", "error"]
    let page = ReportPage(
      title: "", caseStudy: "", results: Table(columns: [], rows: []),
      figures: names.map { Figure(name: $0, title: $0, caption: "", x: .init("x"), y: .init("y")) },
      inputs: Table(columns: [], rows: []))
    #expect(page.figures[0].name == names[0] && page.figures[4].name == "error")
    #expect(Set(page.figures.map { $0.name.lowercased() }).count == names.count)
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
