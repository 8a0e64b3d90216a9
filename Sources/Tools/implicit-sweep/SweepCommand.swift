import ArgumentParser
import Configuration
import Equilibrium
import Records
import Stages
import StudyKit
import StudyRegistry
import Support
import ToolKit
import Torch

@main
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "implicit-sweep",
    abstract: "Measures one model over test-time iterations and perturbations of its input.",
    discussion: """
      Example:
        implicit-sweep --config pipelines/linear-programs.yaml --preset smoke --model implicit-8.h5 \\
          --dataset dataset.h5 --iterations 16 --out implicit-8.sweep.h5

      On SIGTERM, SIGINT or SIGUSR2 it exits with 75; with --resume the same command goes on at the chunk of samples it had
      reached, also after a kill.
      """,
    version: implicitModelsVersion)

  @OptionGroup var source: ConfigurationOptions
  @OptionGroup var options: RunOptions
  @OptionGroup var target: DeviceOptions

  @Option(help: ArgumentHelp("The model to measure.", valueName: "file.h5"))
  var model: String?

  @Option(help: ArgumentHelp("The dataset to measure it on.", valueName: "file.h5"))
  var dataset: String?

  @Option(help: ArgumentHelp("A published model to measure instead, in case studies that have one.", valueName: "folder"))
  var checkpoint: String?

  @Flag(help: "With --checkpoint: say what memory and time it takes, and end.")
  var dryRun = false

  @Option(help: "The split of the dataset: train, valid or test.")
  var split: Split = .test

  @Option(parsing: .unconditional, help: "Test-time iterations; short for --set sweep.iterations=K.")
  var iterations: Int?

  @Option(help: "Fixed-point solver: picard, anderson or broyden, with its default settings.")
  var solver: SolverKind?

  @Flag(help: "Store the output of every sample at every iteration; short for --set sweep.save_outputs=true.")
  var saveOutputs = false

  @Option(name: .customLong("out"), help: ArgumentHelp("The sweep file to write.", valueName: "file.h5"))
  var output: String?

  func validate() throws {
    guard checkpoint == nil ? model != nil && dataset != nil : model == nil && dataset == nil else {
      throw ValidationError("name what to measure: --model and --dataset, or --checkpoint")
    }
    if output == nil && !dryRun { throw ValidationError("name the file to write: --out file.h5") }
    if dryRun && checkpoint == nil { throw ValidationError("--dry-run goes with --checkpoint") }
  }

  @Flag(help: "Go on behind the samples that an attempt left beside the output, if there are any.")
  var resume = false

  func run() throws {
    options.start()
    try sweep(caseStudy(of: document()))
  }

  private func sweep<Case: CaseStudy>(_ study: Case.Type) throws {
    if let checkpoint { return try sweep(study, checkpoint: checkpoint) }
    guard let model, let dataset, let output else { return }
    let stage = SweepStage(
      model: model, dataset: dataset, split: split, output: output, resumes: resume, threads: options.threadCount,
      device: try Device(parsing: target.device), progress: options.progress)
    _ = try stage.run(ExperimentConfiguration<Case>(document()))
    print(output)
  }

  private func sweep<Case: CaseStudy>(_ study: Case.Type, checkpoint: String) throws {
    let configuration = try ExperimentConfiguration<Case>(document())
    guard let sweep = configuration.sweep.checkpoint else {
      throw Failure(
        .usage, "the case study `\(Case.name)` has no published models", at: "--checkpoint",
        remedy: "sweep a model file: --model file.h5 --dataset file.h5")
    }
    let device = try Device(parsing: target.device)
    guard !dryRun, let output else {
      return print(try sweep.estimate(checkpoint: checkpoint, device: device, threads: options.threadCount))
    }
    _ = try sweep.run(
      CheckpointSweepRequest(
        checkpoint: checkpoint, output: output, device: device, threads: options.threadCount, progress: options.progress,
        seed: configuration.seed, configuration: configuration.document.resolved()))
    print(output)
  }

  private func document() throws -> ConfigurationDocument {
    var source = source
    if let iterations { source.overrides.append("sweep.iterations=\(iterations)") }
    if saveOutputs { source.overrides.append("sweep.save_outputs=true") }
    if let solver { source.overrides += ["sweep.solver=null", "sweep.solver={name: \(solver.rawValue)}"] }
    return try source.load()
  }

  static func main() { runTool(Self.self) }
}

extension Split: ExpressibleByArgument {}
extension SolverKind: ExpressibleByArgument {}
