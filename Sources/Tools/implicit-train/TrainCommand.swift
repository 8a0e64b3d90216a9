import ArgumentParser
import Stages
import StudyKit
import StudyRegistry
import Support
import ToolKit
import Torch

@main
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "implicit-train",
    abstract: "Trains one model of a pipeline file on one dataset.",
    discussion: """
      Example:
        implicit-train --config pipelines/linear-programs.yaml --preset smoke --model implicit-8 \\
          --dataset dataset.h5 --out implicit-8.h5

      On SIGTERM, SIGINT or SIGUSR2 it finishes the step, writes a checkpoint and exits with 75; with --resume the same
      command continues, and ends with the same parameters, bit for bit, as if it had never stopped.
      """,
    version: implicitModelsVersion)

  @OptionGroup var source: ConfigurationOptions
  @OptionGroup var options: RunOptions
  @OptionGroup var target: DeviceOptions

  @OptionGroup var training: TrainingOptions

  @Option(name: .customLong("out"), help: ArgumentHelp("The model file to write.", valueName: "file.h5"))
  var output: String?

  @Flag(help: "Make a few steps of each phase, say what memory and time the training takes, and end.")
  var dryRun = false

  @Flag(help: "Continue from the checkpoint beside the output, if there is one.")
  var resume = false

  @OptionGroup var replacement: ReplaceOptions

  func validate() throws {
    if output == nil && !dryRun { throw ValidationError("name the file to write: --out file.h5") }
  }

  func run() throws {
    try options.start()
    try train(caseStudy(of: source.load()))
  }

  private func train<Case: CaseStudy>(_ study: Case.Type) throws {
    let configuration = try ExperimentConfiguration<Case>(source.load())
    let device = try Device(parsing: target.device)
    guard !dryRun, let output else {
      return print(
        try StepBenchmark.estimate(
          configuration, model: training.model, dataset: training.dataset, initial: training.initial,
          threads: options.threadCount, device: device))
    }
    let stage = TrainStage(
      modelName: training.model, dataset: training.dataset, output: output, initial: training.initial, resumes: resume,
      threads: options.threadCount,
      device: device, progress: options.progress, replaces: replacement.replace)
    _ = try stage.run(configuration)
    print(output)
  }

  static func main() { runTool(Self.self) }
}
