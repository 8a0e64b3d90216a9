import Experiment
import Foundation
import Testing

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
    if let keep = ProcessInfo.processInfo.environment["KEEP"] {
      try FileManager.default.copyItem(atPath: folder.url.path, toPath: keep)
    }
    for figure in figures {
      let svg = try Data(contentsOf: folder.url.appending(path: "\(figure.name).svg"))
      #expect(XMLParser(data: svg).parse(), "\(figure.name).svg")
      let png = try Data(contentsOf: folder.url.appending(path: "\(figure.name).png"))
      #expect(Array(png.prefix(8)) == [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
      #expect(Array(png[16..<24]) == [0, 0, 0x06, 0x40, 0, 0, 0x03, 0xe8], "1600 x 1000")
    }
  }
}
