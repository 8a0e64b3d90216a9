import Foundation
import Support
import Testing

@testable import Plot
@testable import Report

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct FigureTests {
  static let models: [ModelSweeps] = {
    try! ModelSweeps.grouped(
      [
        SyntheticSweeps.implicit(), SyntheticSweeps.implicit(seed: 1, floor: 0.2),
        SyntheticSweeps.implicit("implicit-16", floor: 0.15), SyntheticSweeps.explicit(),
        SyntheticSweeps.explicit("explicit-16", error: 0.3),
      ])
  }()

  @Test func `Every figure is drawn as well-formed SVG and as a PNG of the stated size`() async throws {
    let folder = try TemporaryFolder()
    let figures = SweepFigures(models: Self.models, errorLabel: "relative error").all
    #expect(
      figures.map(\.name) == [
        "error-iteration", "lipschitz-implicit-8", "lipschitz-implicit-16", "residual-iteration", "error-seconds",
        "error-flops",
      ])
    try await Gnuplot().draw(figures, in: folder.url)
    for figure in figures {
      let svg = try Data(contentsOf: folder.url.appending(path: "\(figure.name).svg"))
      #expect(XMLParser(data: svg).parse(), "\(figure.name).svg")
      let png = try Data(contentsOf: folder.url.appending(path: "\(figure.name).png"))
      #expect(Array(png.prefix(8)) == [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
      #expect(Array(png[16..<24]) == [0, 0, 0x06, 0x40, 0, 0, 0x03, 0xe8], "1600 x 1000")
    }
  }

  @Test func `Without gnuplot the failure names the package that brings it, and nothing is left`() async throws {
    let folder = try TemporaryFolder()
    let figures = SweepFigures(models: Self.models, errorLabel: "relative error").all
    let url = folder.url
    let failure = await #expect(throws: Failure.self) {
      try await Gnuplot(program: "gnuplot-that-is-not-here").draw(figures, in: url)
    }
    #expect(failure?.status == .cannotCreate)
    #expect(failure?.remedy?.contains("gnuplot-nox") == true)
    let failureOfFolder = await #expect(throws: Failure.self) {
      try await ReportFolder(url.appending(path: "report")).write(
        ReportPage(
          title: "", caseStudy: "", results: Table(columns: [], rows: []), figures: figures,
          inputs: Table(columns: [], rows: [])), gnuplot: Gnuplot(program: "/nowhere/gnuplot"))
    }
    #expect(failureOfFolder?.status == .cannotCreate)
    #expect(!FileManager.default.fileExists(atPath: url.appending(path: "report").path))
  }

  @Test func `A picture that gnuplot did not write is an error, whatever gnuplot says`() async throws {
    let folder = try TemporaryFolder()
    let figure = Figure(
      name: "plot", title: "", caption: "", x: .init("x"), y: .init("y"),
      series: [.init("s", points: [.init(x: 1, y: 2)], color: 0)])
    let url = folder.url
    let failure = await #expect(throws: Failure.self) { try await Gnuplot(program: "true").draw([figure], in: url) }
    #expect(failure?.status == .io)
    let refused = await #expect(throws: Failure.self) { try await Gnuplot(program: "false").draw([figure], in: url) }
    #expect(refused?.status == .bug)
  }

  @Test func `The data file beside a figure holds the numbers that are drawn`() throws {
    let figure = SweepFigures(models: Self.models, errorLabel: "relative error").residualAgainstIteration
    let blocks = GnuplotScript(figure: figure).data.components(separatedBy: "\n\n\n")
    #expect(blocks.count == figure.series.count)
    let rows = blocks[0].split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
      $0.split(separator: " ").map { Double($0) }
    }
    #expect(rows.map { $0[0] } == figure.series[0].points.map(\.x))
    #expect(rows.map { $0[1] } == figure.series[0].points.map(\.y))
  }

  @Test func `Quotes and line breaks in names cannot break a script`() async throws {
    let folder = try TemporaryFolder()
    let figure = Figure(
      name: "odd", title: "it's a \"title\"\nwith `exit 3` \\lines", caption: "", x: .init("x'"),
      y: .init("'; exit 3; '"),
      series: [.init("a'b", points: [.init(x: 1, y: 2), .init(x: 2, y: 3)], color: 0)], marks: [.init("m'k", x: 1)])
    try await Gnuplot().draw([figure], in: folder.url)
    let svg = try String(contentsOf: folder.url.appending(path: "odd.svg"), encoding: .utf8)
    #expect(svg.contains("'; exit 3; '"))
    #expect(svg.contains("`exit 3` \\lines"))
  }

  @Test(arguments: [
    [1.0], [0, 0, 0], [-1, 1], [1e-300, 1e300], [.nan, 1, .infinity], [5, 5.000001],
  ]) func `Any values can be drawn on linear and logarithmic axes`(values: [Double]) async throws {
    let folder = try TemporaryFolder()
    let points = values.enumerated().map { Figure.Point(x: Double($0), y: $1, low: $1 - 1, high: $1 + 1) }
    let figures = [false, true].map { isLogarithmic in
      Figure(
        name: "plot-\(isLogarithmic)", title: "", caption: "", x: .init("x"),
        y: .init("y", isLogarithmic: isLogarithmic), series: [.init("s", points: points, color: 9)])
    }
    try await Gnuplot().draw(figures.filter { !$0.isEmpty }, in: folder.url)
  }

  @Test func `A figure that its axes cannot show is empty`() {
    let points = [Figure.Point(x: 1, y: -1), Figure.Point(x: .nan, y: 1), Figure.Point(x: 1, y: .infinity)]
    let figure = Figure(
      name: "", title: "", caption: "", x: .init(""), y: .init("", isLogarithmic: true),
      series: [.init("", points: points, color: 0)], levels: [.init("", y: 1, color: 0)])
    #expect(figure.isEmpty)
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
