import Configuration
import Foundation
import StudyKit
import Support
import TestSupport
import Testing

/// Every key that is read changes something: a dataset, a model, a sweep, a plan or a report. A setting that is accepted and does
/// nothing is the worst kind of defect: nobody notices.
@Suite struct KeyTests {
  @Test func `Every key that all case studies share acts`() throws {
    try check(StudyUnderTest.template.study, .template) { _ in true }
  }

  @Test(arguments: StudyUnderTest.all.filter { !$0.isTemplate })
  func `Every key that only this case study has acts`(_ study: StudyUnderTest) throws {
    let shared = try keys(StudyUnderTest.template.study)
    try check(study.study, study) { key in
      Self.isOfStudy(key.path) || !shared.contains { $0.path == key.path }
    }
  }

  /// Whether a key is read by the case study, and not for all of them.
  private static func isOfStudy(_ path: String) -> Bool {
    let isModel = path.hasPrefix("models.<name>.") && !path.hasPrefix("models.<name>.training.")
    return path.hasPrefix("dataset.") || path.hasPrefix("sweep.perturbations.")
      || (isModel && !["models.<name>.initial", "models.<name>.weights", "models.<name>.architecture"].contains(path))
  }

  @Test func `Phases that select by difficulty train another model`() throws {
    let language = try #require(StudyUnderTest.all.first { $0.study is any HasDifficulty.Type })
    try difficultyActs(language.study, language)
  }

  private func difficultyActs<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    try withFolder { folder in
      let bench = Bench<Case>(study.pipeline, folder: folder, overrides: overridesWithoutMemory + KeyTable.of(study.name).smaller)
      try bench.generate()
      let configuration = try bench.configuration()
      let layout = try configuration.generator.layout
      let trained = try configuration.models.first { try !$0.model.description.build(layout, 1).module.parameters.isEmpty }
      let model = try #require(trained).name
      let hashes = try [[], ["training.phases.0.difficulty=1"]].map { try bench.train(model, $0) }
      #expect(hashes[0] != hashes[1])
    }
  }

  private func keys<Case: CaseStudy>(_: Case.Type) throws -> [ConfigurationKey] { try KeyProbe<Case>.reference() }

  private func check<Case: CaseStudy>(
    _: Case.Type, _ study: StudyUnderTest, where isChecked: (ConfigurationKey) -> Bool
  ) throws {
    try withFolder { folder in
      let probe = try KeyProbe<Case>(study, folder: folder)
      let keys = probe.reference.filter(isChecked)
      try #require(!keys.isEmpty)
      for path in probe.table.exceptions.keys where !probe.reference.contains(where: { $0.path == path }) {
        Issue.record("KeyTable excepts `\(path)`, which is no key any more")
      }
      for key in keys where probe.table.exceptions[key.path] == nil {
        let name = "`\(key.path)`" + (key.conditions.first.map { " (with \($0))" } ?? "")
        do {
          let acts = try probe.acts(key)
          #expect(acts, "\(name) is read and changes nothing: use it, remove it, or except it with a reason in KeyTable")
        } catch { Issue.record("\(name): \(error)") }
      }
    }
  }
}
