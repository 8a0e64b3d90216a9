import ArgumentParser
import Equilibrium
import Records
import Stages
import StudyKit
import StudyRegistry
import ToolKit
import Torch

struct ApplyDataset: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "One output for each sample of a dataset, in HDF5 (the default).",
    discussion: "data/FORMAT.md describes the fields of the inputs; labels and certificates may be missing.")

  @Option(help: ArgumentHelp("The model, as implicit-train made it.", valueName: "file.h5"))
  var model: String

  @Option(help: ArgumentHelp("The inputs.", valueName: "file.h5"))
  var inputs: String

  @Option(help: "The split of the inputs: train, valid or test.")
  var split: Split = .test

  @OptionGroup var iteration: IterationOptions

  @Option(name: .customLong("out"), help: ArgumentHelp("The file to write.", valueName: "file.h5"))
  var output: String

  @OptionGroup var replacement: ReplaceOptions
  @OptionGroup var options: RunOptions
  @OptionGroup var target: DeviceOptions

  func run() throws {
    try options.start()
    try apply(caseStudy(named: ModelFile(model).header.caseStudy, statedBy: model))
  }

  private func apply<Case: CaseStudy>(_ study: Case.Type) throws {
    var stage = ApplyStage(
      model: model, inputs: inputs, output: output, threads: options.threadCount, device: try Device(parsing: target.device),
      progress: options.progress, replaces: replacement.replace)
    (stage.split, stage.iterations, stage.solver) = (split, iteration.iterations, iteration.solver)
    _ = try stage.run(study)
    print(output)
  }
}

/// How an implicit model is iterated.
struct IterationOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Test-time iterations; by default as many as in training.")
  var iterations: Int?

  @Option(
    help:
      "Fixed-point solver: picard, anderson or broyden, with its default settings; by default that of the training, with its own."
  )
  var solver: SolverKind?

  func validate() throws {
    if let iterations, !(1...100_000).contains(iterations) {
      throw ValidationError("--iterations must be from 1 to 100000, found \(iterations)")
    }
  }
}

extension Split: ExpressibleByArgument {}
extension SolverKind: ExpressibleByArgument {}
