import ArgumentParser
import Support
import ToolKit

@main
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "implicit-sweep",
    abstract: "Measures one model over test-time iterations and perturbations of its input.",
    discussion: """
      Example:
        implicit-sweep --config pipelines/linear-programs.yaml --preset smoke --model implicit-8.h5 \\
          --dataset dataset.h5 --iterations 16 --out implicit-8.sweep.h5
        implicit-sweep published --config pipelines/looped-language.yaml --checkpoint huginn-0125 --out texts.h5

      On SIGTERM, SIGINT or SIGUSR2 it exits with 75; with --resume the sweep of a model goes on at the chunk of samples it had
      reached, also after a kill.
      """,
    version: implicitModelsVersion, subcommands: [SweepModel.self, SweepPublished.self],
    defaultSubcommand: SweepModel.self)

  static func main() { runTool(Self.self) }
}
