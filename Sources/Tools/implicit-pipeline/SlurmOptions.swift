import ArgumentParser
import Foundation
import Pipeline

/// How tasks become jobs.
struct SlurmOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("What the site wants to know about jobs.", valueName: "profile.yaml"))
  var profile: String

  @OptionGroup var binaries: BinaryOptions

  func submission(of plan: PipelinePlan) throws -> SlurmSubmission {
    SlurmSubmission(
      plan, try SlurmProfile(profile), executables: binaries.executables, program: BinaryOptions.thisProgram)
  }
}

/// Where the executables are.
struct BinaryOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Where the executables of the stages are; by default beside this one.", valueName: "folder"))
  var bin: String?

  var executables: StageExecutables { bin.map { StageExecutables(folder: $0) } ?? .besideThisProgram() }

  static var thisProgram: String { "\(StageExecutables.besideThisProgram().folder)/implicit-pipeline" }
}

/// The folder of a run that is there.
struct RunOption: ParsableArguments {
  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var run: String

  var folder: String { run.count > 1 && run.hasSuffix("/") ? String(run.dropLast()) : run }
  func plan() throws -> PipelinePlan { try PipelinePlan(ofRun: folder) }
}
