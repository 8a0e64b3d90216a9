import ArgumentParser
import StudyKit
import StudyRegistry
import Support
import ToolKit
import Torch

struct SweepPublished: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "published", abstract: "Measures a published model, in case studies that have one.")

  @OptionGroup var source: ConfigurationOptions
  @OptionGroup var options: RunOptions
  @OptionGroup var target: DeviceOptions

  @Option(help: ArgumentHelp("The published model, as it was downloaded.", valueName: "folder"))
  var checkpoint: String

  @Option(name: .customLong("out"), help: ArgumentHelp("The file to write.", valueName: "file.h5"))
  var output: String?

  @Flag(help: "Say what memory and time it takes, and end.")
  var dryRun = false

  @OptionGroup var replacement: ReplaceOptions

  func validate() throws {
    if output == nil && !dryRun { throw ValidationError("name the file to write: --out file.h5") }
  }

  func run() throws {
    try options.start()
    try sweep(caseStudy(of: source.load()))
  }

  private func sweep<Case: CaseStudy>(_ study: Case.Type) throws {
    let configuration = try ExperimentConfiguration<Case>(source.load())
    guard let sweep = configuration.sweep.checkpoint else {
      throw Failure(
        .usage, "the case study `\(Case.name)` has no published models", at: source.config,
        remedy: "sweep a model file: implicit-sweep --model file.h5 --dataset file.h5")
    }
    let device = try Device(parsing: target.device)
    guard !dryRun, let output else {
      return print(try sweep.estimate(checkpoint: checkpoint, device: device, threads: options.threadCount))
    }
    _ = try sweep.run(
      CheckpointSweepRequest(
        checkpoint: checkpoint, output: output, device: device, threads: options.threadCount, progress: options.progress,
        replaces: replacement.replace,
        seed: configuration.seed, configuration: configuration.document.resolved()))
    print(output)
  }
}
