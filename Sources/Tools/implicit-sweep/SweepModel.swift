import ArgumentParser
import Configuration
import Equilibrium
import Records
import Stages
import StudyKit
import StudyRegistry
import ToolKit
import Torch

struct SweepModel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Measures a model that implicit-train made, on a dataset.")

  @OptionGroup var source: ConfigurationOptions
  @OptionGroup var options: RunOptions
  @OptionGroup var target: DeviceOptions

  @Option(help: ArgumentHelp("The model to measure.", valueName: "file.h5"))
  var model: String

  @Option(help: ArgumentHelp("The dataset to measure it on.", valueName: "file.h5"))
  var dataset: String

  @Option(help: "The split of the dataset: train, valid or test.")
  var split: Split = .test

  @Option(parsing: .unconditional, help: "Test-time iterations; short for --set sweep.iterations=K.")
  var iterations: Int?

  @Option(help: "Fixed-point solver: picard, anderson or broyden; short for --set sweep.solver.name=NAME.")
  var solver: SolverKind?

  @Flag(help: "Store the output of every sample at every iteration; short for --set sweep.save_outputs=true.")
  var saveOutputs = false

  @Option(name: .customLong("out"), help: ArgumentHelp("The sweep file to write.", valueName: "file.h5"))
  var output: String

  @Flag(help: "Go on behind the samples that an attempt left beside the output, if there are any.")
  var resume = false

  @OptionGroup var replacement: ReplaceOptions

  func run() throws {
    try options.start()
    try sweep(caseStudy(of: document()))
  }

  private func sweep<Case: CaseStudy>(_ study: Case.Type) throws {
    let stage = SweepStage(
      model: model, dataset: dataset, split: split, output: output, resumes: resume, threads: options.threadCount,
      device: try Device(parsing: target.device), progress: options.progress, replaces: replacement.replace)
    _ = try stage.run(ExperimentConfiguration<Case>(document()))
    print(output)
  }

  private func document() throws -> ConfigurationDocument {
    var source = source
    if let iterations { source.overrides.append("sweep.iterations=\(iterations)") }
    if saveOutputs { source.overrides.append("sweep.save_outputs=true") }
    if let solver { source.overrides.append("sweep.solver.name=\(solver.rawValue)") }
    return try source.load()
  }
}

extension Split: ExpressibleByArgument {}
extension SolverKind: ExpressibleByArgument {}
