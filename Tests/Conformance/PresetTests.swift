import Configuration
import Foundation
import Pipeline
import Report
import StudyKit
import StudyRegistry
import Support
import TestSupport
import Testing

/// The pipeline file of every case study, without computing anything.
@Suite struct PresetTests {
  @Test(arguments: StudyUnderTest.all)
  func `Every preset is read to the end, has models, and is cut into tasks`(_ study: StudyUnderTest) throws {
    let presets = try ConfigurationDocument.load(study.pipeline).presets
    #expect(presets.contains("smoke"), "a preset `smoke` runs everything in seconds")
    #expect(presets.contains("demo"), "a preset `demo` shows the effect in minutes")
    for preset in [nil] + presets.map(Optional.some) {
      let plan = try PipelinePlan(study.pipeline, preset: preset, folder: "/nowhere", reader: outline(of: study))
      #expect(plan.graph.tasks.contains { $0.stage == .sweep }, "preset \(preset ?? "none")")
      #expect(plan.reports.count == 1)
    }
  }

  @Test(arguments: StudyUnderTest.all)
  func `Settings that nobody knows are refused in every section`(_ study: StudyUnderTest) throws {
    let keys = ["dataset", "models.\(try modelName(study))", "training", "sweep", "sweep.perturbations", "pipeline", "aggregate"]
    for section in keys {
      let failure = try thrownFailure {
        _ = try PipelinePlan(
          study.pipeline, preset: "smoke", overrides: ["\(section).no_such_key=1"], folder: "/nowhere",
          reader: outline(of: study))
      }
      #expect(failure.status == .usage && failure.problem.contains("no_such_key"), "\(section): \(failure)")
    }
  }

  private func modelName(_ study: StudyUnderTest) throws -> String {
    let document = try ConfigurationDocument.load(study.pipeline, preset: "smoke")
    return try #require(try outline(of: study)(document).models.first?.name)
  }

  private func outline(of study: StudyUnderTest) -> PipelineOutline.Reader {
    { try read(study.study, $0) }
  }
}

private func read<Case: CaseStudy>(_: Case.Type, _ document: ConfigurationDocument) throws -> PipelineOutline {
  try ExperimentConfiguration<Case>(document).outline
}
