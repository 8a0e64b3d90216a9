import Configuration
import Records
import Report
import StudyKit
import StudyRegistry
import Support
import ToolKit

/// What the pipeline file and the case study say about a report.
struct ReportPlan {
  let caseStudy: any CaseStudy.Type
  let title: String
  let references: [String]
  let settings: AggregationSettings
  let published: [PublishedResult]
  /// The part of the configuration that was read, with defaults.
  let resolved: String

  /// - Parameters:
  ///   - config: the pipeline file; nil for a report without expected bands.
  ///   - caseStudy: the name that the sweeps state.
  ///   - sweep: the path of one of them.
  /// - Throws: `Failure` with `usage` when the pipeline file is of another case study.
  init(config: String?, overlay: OverlayOptions, caseStudy name: String, statedBy sweep: String) throws {
    let study = try StudyRegistry.caseStudy(named: name, statedBy: sweep)
    caseStudy = study
    published = (study as? any HasPublishedResults.Type)?.publishedResults ?? []
    guard let config else {
      title = study.title
      references = study.references
      settings = AggregationSettings()
      resolved = "{}\n"
      return
    }
    let document = try ConfigurationDocument.load(config, preset: overlay.preset, overrides: overlay.overrides)
    let configured = try document.root.text("case_study", "name of the case study")
    guard configured == name else {
      throw Failure(
        .usage, "expected a pipeline of the case study `\(name)`, as the sweeps are, found `\(configured)`", at: config,
        remedy: "name the pipeline file that the sweeps were made with")
    }
    title = try document.root.text("title", default: study.title, "heading of the report")
    references = try document.root.texts("references", default: study.references, "literature")
    settings = try AggregationSettings(document.section("aggregate", "the report and its expected bands"))
    let others = ConfigurationDocument.pipelineKeys.filter { $0 != "aggregate" }
    try document.finish(ignoring: others)
    resolved = document.resolved()
  }
}
