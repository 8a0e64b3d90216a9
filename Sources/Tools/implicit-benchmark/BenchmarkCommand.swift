import ArgumentParser
import Foundation
import Stages
import StudyKit
import StudyRegistry
import Support
import ToolKit

@main
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "implicit-benchmark", abstract: "Times parts of the stages.", version: implicitModelsVersion,
    subcommands: [TimeSteps.self, PriceData.self, PriceModel.self, CheckDevice.self], defaultSubcommand: TimeSteps.self)

  static func main() { runTool(Self.self) }
}

struct TimeSteps: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "steps",
    abstract:
      "Times the training steps of a model, for comparison with other implementations (pipelines/benchmarks; the default).")

  @OptionGroup var source: ConfigurationOptions
  @OptionGroup var options: RunOptions

  @OptionGroup var training: TrainingOptions

  @Option(parsing: .unconditional, help: "Steps that are timed, after one to warm up.")
  var steps = 5

  func validate() throws {
    guard steps >= 1 else { throw ValidationError("--steps must be at least 1, found \(steps)") }
  }

  func run() throws {
    try options.start()
    try time(caseStudy(of: source.load()))
  }

  private func time<Case: CaseStudy>(_ study: Case.Type) throws {
    let benchmark = try StepBenchmark(
      ExperimentConfiguration<Case>(source.load()), model: training.model, dataset: training.dataset, initial: training.initial,
      steps: steps,
      threads: options.threadCount)
    let report: [String: Any] = [
      "seconds": benchmark.seconds, "losses": benchmark.losses, "peak_memory_bytes": benchmark.peakMemory,
      "threads": options.threadCount,
    ]
    let data = try JSONSerialization.data(withJSONObject: report, options: [.sortedKeys])
    print(String(decoding: data, as: UTF8.self))
  }
}
