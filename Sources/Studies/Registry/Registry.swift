import Configuration
import Deblurring
import Foundation
import LinearPrograms
import LoopedLanguage
import Records
import ScalarMaps
import SteadyFlows
import StudyKit
import Support

/// All case studies. A new one is a line here, an import above, and a line in Package.swift.
public let caseStudies: [any CaseStudy.Type] = [
  LinearProgramStudy.self,
  LoopedLanguageStudy.self,
  ScalarMapStudy.self,
  DeblurringStudy.self,
  SteadyFlowStudy.self,
]

/// The case study of a name.
///
/// - Throws: `Failure` (usage) that names the case studies there are.
public func caseStudy(named name: String) throws -> any CaseStudy.Type {
  guard let found = caseStudies.first(where: { $0.name == name }) else {
    throw Failure(
      .usage, "unknown case study `\(name)`",
      remedy: suggestion(for: name, among: caseStudies.map { $0.name }, called: "case studies"))
  }
  return found
}

/// The case study that a file states.
///
/// - Throws: `Failure` (bad data) that names the file.
public func caseStudy(named name: String, statedBy path: String) throws -> any CaseStudy.Type {
  do { return try caseStudy(named: name) } catch let failure as Failure {
    throw Failure(.badData, failure.problem, at: "\(path):/@case_study", remedy: failure.remedy)
  }
}

/// The case study that a pipeline file is for.
public func caseStudy(of document: ConfigurationDocument) throws -> any CaseStudy.Type {
  try caseStudy(named: document.root.text("case_study", "name of the case study"))
}

/// The tasks that a pipeline file stands for, after all that its case study reads of it was checked.
///
/// - Throws: `Failure` (usage) for anything that is wrong in the sections of the stages.
@Sendable public func pipelineOutline(of document: ConfigurationDocument) throws -> PipelineOutline {
  try outline(caseStudy(of: document), document, opensDataset: false)
}

/// As `pipelineOutline`; a dataset of the user's own that the file names is opened too, so that what is missing in it is found before
/// anything is trained.
///
/// - Throws: also `Failure` (bad data) for a file that is no dataset of the case study, or lacks a field or a split.
@Sendable public func checkedPipelineOutline(of document: ConfigurationDocument) throws -> PipelineOutline {
  try outline(caseStudy(of: document), document, opensDataset: true)
}

private func outline<Case: CaseStudy>(
  _: Case.Type, _ document: ConfigurationDocument, opensDataset: Bool
) throws -> PipelineOutline {
  let configuration = try ExperimentConfiguration<Case>(document)
  let outline = configuration.outline
  guard opensDataset, let path = outline.settings.dataset, FileManager.default.fileExists(atPath: path) else { return outline }
  let reader = try DatasetReader(path, Case.layout)
  let trainings = [configuration.training] + configuration.models.compactMap(\.model.training)
  let validates = trainings.contains { $0.validation != nil }
  for split in [.train] + configuration.sweep.splits + (validates ? [.valid] : []) { _ = try reader.count(of: split) }
  return outline
}
