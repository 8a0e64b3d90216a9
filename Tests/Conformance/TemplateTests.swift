import TemplateStudy
import TestSupport
import Testing

/// The case study of the guide, at the preset that its reader runs.
@Suite struct TemplateTests {
  @Test func `The template study learns what its demo expects`() throws {
    try withFolder { folder in
      let bench = Bench<AveragesStudy>(StudyUnderTest.template.pipeline, folder: folder, preset: "demo", overrides: [])
      try bench.generate()
      let sweeps = try bench.configuration().models.map { name, _ in
        try bench.train(name)
        try bench.sweep(name)
        return "\(name).sweep"
      }
      let aggregation = try bench.aggregation(sweeps)
      #expect(!aggregation.verdicts.isEmpty)
      for verdict in aggregation.verdicts { #expect(verdict.holds, "\(verdict.band.name): \(verdict.found)") }
      // On 64 test samples whose mean has a deviation of 0.29.
      for row in aggregation.summaries { #expect(row.error.mean < 0.05, "\(row.label): \(row.error.mean)") }
    }
  }
}
