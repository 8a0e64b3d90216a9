import ArgumentParser
import CaseStudies
import Experiment
import Foundation
import Report
import ToolKit

struct Aggregate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "implicit-aggregate", abstract: "Turns sweeps into tables, figures and a report.",
    discussion: """
      Writes report.html, table.csv, table.md, summary.h5 and figures/ into the folder, and prints the path of report.html. With
      --config, the expected bands of the pipeline file are checked; one that is violated ends with exit code 77, after
      everything is written.
      """)

  @Argument(help: ArgumentHelp("The sweeps to report on.", valueName: "sweep.h5"))
  var sweeps: [String]

  @Option(help: ArgumentHelp("The folder of the report.", valueName: "folder"))
  var out: String

  @Option(help: ArgumentHelp("The pipeline file with the section `aggregate`.", valueName: "file.yaml"))
  var config: String?

  @Option(help: "The preset of the pipeline file: smoke, demo, paper, or any other it defines.")
  var preset: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Change one key of the configuration; may be repeated.", valueName: "key.path=value"))
  var overrides: [String] = []

  @OptionGroup var run: RunOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if config == nil, preset != nil || !overrides.isEmpty {
      throw ValidationError("--preset and --set change the pipeline file: name it with --config")
    }
  }

  func run() async throws {
    run.start()
  }
}
