import Foundation
import Support
import TestSupport
import Testing

@testable import Plot

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What gnuplot makes of figures.
@Suite struct DrawingTests {
  static let lines = Figure(
    name: "lines", title: "Lines", caption: "", x: .init("iterations t"), y: .init("residual", isLogarithmic: true),
    series: [
      .init("a", points: (1...9).map { .init(x: Double($0), y: pow(0.5, Double($0)), low: 1e-3, high: 1) }, color: 0),
      .init("", points: [.init(x: 2, y: 0.1), .init(x: 3, y: .nan)], shape: .markers, color: 1),
    ], levels: [.init("level", y: 0.3, color: 2)], marks: [.init("mark", x: 4)])
  static let cells = Figure(
    name: "cells", title: "Cells", caption: "", x: .init("x"), y: .init("y"),
    cells: (0..<6).map { .init(x: $0 % 3, y: $0 / 3, value: Double($0) / 6, label: "\($0)") }, cellLabel: "share")
  static let panels = Figure(
    name: "panels", title: "Panels", caption: "",
    panels: [
      [
        .init("field", values: [[-1, 0], [.nan, 1]], limit: 1), .init("picture", colours: [[[0, 1]], [[1, 0]], [[0.5, 0.5]]]),
      ]
    ])

  @Test func `Every kind of figure is drawn as well-formed SVG and as a PNG of twice its size`() async throws {
    let folder = try TemporaryFolder()
    let figures = [Self.lines, Self.cells, Self.panels]
    try await Gnuplot().draw(figures, in: folder.url)
    for (figure, size) in zip(figures, [(1600, 1000), (1600, 1000), (600, 420)]) {
      let svg = try Data(contentsOf: folder.url.appending(path: "\(figure.name).svg"))
      #expect(XMLParser(data: svg).parse(), "\(figure.name).svg")
      let png = Array(try Data(contentsOf: folder.url.appending(path: "\(figure.name).png")))
      #expect(Array(png.prefix(8)) == [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
      func number(_ range: Range<Int>) -> Int { png[range].reduce(0) { 256 * $0 + Int($1) } }
      #expect((number(16..<20), number(20..<24)) == size, "\(figure.name).png")
    }
  }

  @Test func `Without gnuplot the failure names the package that brings it`() async throws {
    let folder = try TemporaryFolder()
    let url = folder.url
    let failure = await #expect(throws: Failure.self) {
      try await Gnuplot(program: "gnuplot-that-is-not-here").draw([Self.lines], in: url)
    }
    #expect(failure?.status == .cannotCreate)
    #expect(failure?.remedy?.contains("gnuplot-nox") == true)
  }

  @Test func `A picture that gnuplot did not write is an error, whatever gnuplot says`() async throws {
    let folder = try TemporaryFolder()
    let url = folder.url
    let failure = await #expect(throws: Failure.self) { try await Gnuplot(program: "true").draw([Self.lines], in: url) }
    #expect(failure?.status == .io)
    let refused = await #expect(throws: Failure.self) { try await Gnuplot(program: "false").draw([Self.lines], in: url) }
    #expect(refused?.status == .cannotCreate)
  }

  @Test func `The data file beside a figure holds the numbers that are drawn`() throws {
    let blocks = GnuplotScript(figure: Self.lines).data.components(separatedBy: "\n\n\n")
    #expect(blocks.count == Self.lines.series.count)
    let rows = blocks[0].split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
      $0.split(separator: " ").map { Double($0) }
    }
    #expect(rows.map { $0[0] } == Self.lines.series[0].points.map(\.x))
    #expect(rows.map { $0[1] } == Self.lines.series[0].points.map(\.y))
  }

  @Test func `Quotes and line breaks in names cannot break a script`() async throws {
    let folder = try TemporaryFolder()
    let title = "it's a \"title\"\nwith `exit 3` \\lines"
    let lines = Figure(
      name: "odd", title: title, caption: "", x: .init("x'"), y: .init("'; exit 3; '"),
      series: [.init("a'b", points: [.init(x: 1, y: 2), .init(x: 2, y: 3)], color: 0)], marks: [.init("m'k", x: 1)])
    var cells = Self.cells
    (cells.title, cells.cells[0].label) = (title, "a \"b\"\nc")
    var panels = Self.panels
    (panels.title, panels.panels[0][0].title) = (title, "'; exit 3; '\nplot")
    try await Gnuplot().draw([lines, cells, panels], in: folder.url)
    for name in ["odd", "cells", "panels"] {
      let svg = try String(contentsOf: folder.url.appending(path: "\(name).svg"), encoding: .utf8)
      #expect(svg.contains("`exit 3` \\lines"), "\(name)")
      #expect(name == "cells" || svg.contains("'; exit 3; '"), "\(name)")
    }
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
}
