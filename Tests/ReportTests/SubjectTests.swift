import Foundation
import Plot
import Records
import Testing

@testable import Report

/// Models that are about different parts of a dataset share a table, and no figure.
@Suite struct SubjectTests {
  static func sweep(_ model: String, _ subject: String?, explicit: Bool = false) -> SweepRecord {
    var sweep = explicit ? SyntheticSweeps.explicit(model) : SyntheticSweeps.implicit(model)
    sweep.facts.subject = subject
    return sweep
  }

  static func aggregation(_ sweeps: [SweepRecord]) throws -> Aggregation {
    try Aggregation(
      sweeps: sweeps, trainingCurves: [TrainingCurve(model: "a", seed: 0, steps: [0, 1], losses: [2, 1])],
      description: .init(title: "Subjects"),
      studyFigures: { models in
        .init(figures: [
          Figure(
            name: "own", title: "", caption: models.map(\.label).joined(separator: " "), x: .init("x"), y: .init("y"),
            series: [])
        ])
      })
  }

  @Test func `Each subject has figures of its own models, in its own name`() throws {
    let sweeps = [
      Self.sweep("b", "ramps-10"), Self.sweep("a", "ramps-5"), Self.sweep("c", "ramps-5", explicit: true),
    ]
    let aggregation = try Self.aggregation(sweeps)
    let figures = Dictionary(uniqueKeysWithValues: aggregation.page.figures.map { ($0.name, $0) })
    #expect(figures["error-iteration-ramps-5"]?.series.map(\.label) == ["a"])
    #expect(figures["error-iteration-ramps-5"]?.levels.map(\.label) == ["c"])
    #expect(figures["error-iteration-ramps-10"]?.series.map(\.label) == ["b"])
    #expect(figures["error-iteration-ramps-10"]?.title.contains("ramps-10") == true)
    #expect(figures["training-ramps-5"] != nil && figures["training-ramps-10"] == nil)
    // Numbers in subjects are compared by value.
    #expect(aggregation.summaries.map(\.label) == ["a", "c", "b"])
    #expect(figures["own"]?.caption == "a c b")
  }

  @Test func `The table names the subjects, and only where there are some`() throws {
    let columns = try Self.aggregation([Self.sweep("a", "tan")]).page.results.columns.map(\.heading)
    #expect(columns.first == "subject" && columns.contains("largest Lipschitz ratio at t"))
    let without = try Self.aggregation([Self.sweep("a", nil)])
    #expect(without.page.results.columns.first?.heading == "model")
    #expect(without.page.figures.contains { $0.name == "error-iteration" })
    // The largest of all samples and kinds at the last iteration: kind 5 of 5, whose ratio is 5 (1 + 15 / 2) exp(5 0.1).
    let row = try #require(without.summaries.first)
    #expect(abs((row.lipschitzRatio ?? .nan) - 5 * 8.5 * exp(0.5)) < 1e-9)
  }
}
