import ArgumentParser
import Configuration
import Report
import StudyKit
import StudyRegistry
import Support
import ToolKit

struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the keys of pipeline files, or shows a file with its preset, overrides and defaults filled in.")

  @Flag(help: "List all keys with their types, defaults, ranges and meanings, as Markdown.")
  var reference = false

  @Option(help: "Only the keys of this case study.")
  var caseStudy: String?

  @Option(help: ArgumentHelp("The pipeline file to show resolved.", valueName: "file.yaml"))
  var config: String?

  @OptionGroup var overlay: OverlayOptions

  func validate() throws {
    guard reference != (config != nil) else {
      throw ValidationError("give --reference, or --config FILE to show that file resolved")
    }
  }

  func run() throws {
    Log.start()
    if let config {
      let document = try ConfigurationDocument.load(config, preset: overlay.preset, overrides: overlay.overrides)
      try resolve(StudyRegistry.caseStudy(of: document), document)
    } else {
      for study in try caseStudy.map({ [try StudyRegistry.caseStudy(named: $0)] }) ?? caseStudies { try list(study) }
    }
  }

  private func list<Case: CaseStudy>(_ study: Case.Type) throws {
    let document = ConfigurationDocument.describing()
    try read(Case.self, document)
    print("# Keys of a pipeline file of `\(Case.name)`\n")
    print(ConfigurationDocument.markdown(document.reference))
  }

  private func resolve<Case: CaseStudy>(_ study: Case.Type, _ document: ConfigurationDocument) throws {
    try read(Case.self, document)
    print(document.resolved(), terminator: "")
  }

  /// Reads all sections, as all stages together do.
  private func read<Case: CaseStudy>(_ study: Case.Type, _ document: ConfigurationDocument) throws {
    _ = try ExperimentConfiguration<Case>(document)
    _ = try AggregationSettings(document.section("aggregate", "the report and its expected bands"))
    try document.finish()
  }
}
