import ArgumentParser
import Support
import ToolKit

@main
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "implicit-inspect",
    abstract:
      "Shows, validates and compares the HDF5 files of the pipeline; lists configuration keys; exchanges weights and data.",
    discussion: """
      Example:
        implicit-inspect dataset.h5
        implicit-inspect validate dataset.h5
        implicit-inspect diff a.h5 b.h5
        implicit-inspect config --reference
        implicit-inspect import-weights --architecture implicit-gnn --safetensors weights.safetensors --out model.h5
        implicit-inspect export-weights model.h5 --safetensors weights.safetensors
        implicit-inspect export dataset.h5 --format deepinv --out dinv_dataset0.h5
      """,
    version: implicitModelsVersion,
    subcommands: [Show.self, Validate.self, Diff.self, Config.self, ImportWeights.self, ExportWeights.self, Export.self],
    defaultSubcommand: Show.self)

  static func main() { runTool(Self.self) }
}
