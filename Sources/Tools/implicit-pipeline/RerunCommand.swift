import ArgumentParser
import Pipeline
import StudyRegistry
import Support
import ToolKit

struct RerunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rerun",
    abstract: "Makes new sweeps of the models of a run, or another report, beside the old ones.",
    discussion: """
      The results lie in RUN/reruns/NAME, which is a run like any other; nothing of RUN is touched. Done here, or with --profile
      submitted to Slurm. The same command again goes on where it was.

        implicit-pipeline rerun runs/demo --set sweep.iterations=64
        implicit-pipeline rerun runs/demo --only linear-programs --set sweep.solver.name=anderson
        implicit-pipeline rerun runs/demo --only linear-programs --set training.phases.0.learning_rate=1e-3
      """)

  @OptionGroup var target: RunOption
  @OptionGroup var local: LocalOptions
  @OptionGroup var output: OutputOptions

  @Option(
    name: .long,
    help:
      "What is made anew, with all that follows from it: train, sweep or aggregate; by default the first that the changes concern."
  )
  var stage: Stage?

  @Option(name: .long, help: ArgumentHelp("Of a run of several case studies, only this one.", valueName: "case-study"))
  var only: String?

  @OptionGroup var changes: OverrideOptions

  @Option(name: .long, help: "What the rerun is called; by default what was changed.")
  var name: String?

  @Option(name: .long, help: ArgumentHelp("Submit to Slurm, with this profile.", valueName: "profile.yaml"))
  var profile: String?

  func validate() throws {
    if profile != nil && (local.threads != nil || local.device != nil || local.keepGoing) {
      throw ValidationError("--threads, --device and --keep-going are for work on this machine, not for --profile")
    }
  }

  func run() async throws {
    let rerun = try PipelineRerun(
      of: target.folder, from: stage, only: only, overrides: changes.overrides, name: name, reader: checkedPipelineOutline)
    if let profile {
      Log.start()
      var submission = SlurmSubmission(
        rerun.plan, try SlurmProfile(profile), executables: local.binaries.executables, program: BinaryOptions.thisProgram)
      submission.replaces = local.replace
      try await submission.submitAndPrint(json: output.json)
    } else {
      try await local.execute(rerun.plan, json: output.json)
    }
  }
}

extension Stage: ExpressibleByArgument {}
