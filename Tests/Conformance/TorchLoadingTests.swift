import Configuration
import Foundation
import Pipeline
import Records
import Report
import StudyKit
import StudyRegistry
import Testing

/// LibTorch takes a third of a second and 100 MB to load: whoever makes no tensor does not pay for it.
@Suite struct TorchLoadingTests {
  @Test func `Reading configurations and making plans does not load LibTorch`() async {
    await #expect(processExitsWith: .success) {
      for study in StudyUnderTest.all {
        for preset in try ConfigurationDocument.load(study.pipeline).presets {
          try readAll(study.study, ConfigurationDocument.load(study.pipeline, preset: preset))
        }
        try readAll(study.study, ConfigurationDocument.describing())
      }
      _ = try PipelinePlan(
        StudyUnderTest.root + "/pipelines/all.yaml", preset: "demo", folder: "/nowhere", reader: pipelineOutline)
      try #require(!torchIsLoaded())
    }
  }

  /// Otherwise the test above could not fail.
  @Test func `Building a model does`() throws {
    try buildModel(StudyUnderTest.template.study)
    #expect(torchIsLoaded())
  }
}

private func readAll<Case: CaseStudy>(_: Case.Type, _ document: ConfigurationDocument) throws {
  _ = try ExperimentConfiguration<Case>(document)
  _ = try AggregationSettings(document.section("aggregate", "the report and its expected bands"))
}

private func buildModel<Case: CaseStudy>(_: Case.Type) throws {
  let configuration = try ExperimentConfiguration<Case>(
    ConfigurationDocument.load(StudyUnderTest.template.pipeline, preset: "smoke"))
  _ = try configuration.models[0].model.description.build(configuration.generator.layout, 1)
}

/// Whether the library of the boundary is in this process; it is not loaded by asking.
private func torchIsLoaded() -> Bool { dlopen("libimplicit-torch.so", RTLD_NOW | RTLD_NOLOAD) != nil }
