import ArgumentParser
import Foundation
import Records
import StudyKit
import StudyRegistry
import Support
import ToolKit

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a dataset in the layout of another program.",
    discussion: "Formats: \(formats.joined(separator: ", ")).")

  private static let formats = caseStudies.flatMap { study in exports(of: study).map { "\($0.format) (\(study.name))" } }

  private static func exports(of study: any CaseStudy.Type) -> [DatasetExport] {
    (study as? any HasExports.Type)?.exports ?? []
  }

  @Argument(help: ArgumentHelp("The dataset.", valueName: "dataset.h5"))
  var dataset: String

  @Option(help: "The format, for example deepinv.")
  var format: String

  @Option(name: .customLong("out"), help: ArgumentHelp("The file to write.", valueName: "file.h5"))
  var output: String

  @OptionGroup var replacement: ReplaceOptions

  func run() throws {
    Log.start()
    let study = try caseStudy(named: DatasetReader(dataset).header.caseStudy, statedBy: dataset)
    let reader = try DatasetReader(dataset, study.layout)
    guard let export = Self.exports(of: study).first(where: { $0.format == format }) else {
      throw Failure(
        .usage, "the case study `\(study.name)` has no format `\(format)`", at: "--format",
        remedy: "formats are: \(Self.formats.joined(separator: ", "))")
    }
    let claim = OutputClaim(output, called: "file of \(format)", inputs: [dataset], replaces: replacement.replace) {
      $0.starts(with: [0x89, 0x48, 0x44, 0x46])
    }
    try withOutputLock(claim) { try export.write(reader, output) }
    print(output)
  }
}
