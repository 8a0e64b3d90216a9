import ArgumentParser
import Support
import ToolKit

@main
struct ApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "implicit-apply",
    abstract: "Applies a trained model to inputs of your own, which need no labels.",
    discussion: """
      Example:
        implicit-apply --model implicit-8.h5 --inputs programs.h5 --out outputs.h5
        implicit-apply picture photo.jpg --model implicit-hqs.h5 --kernel gaussian:1.5 --out restored.png
      """,
    version: implicitModelsVersion, subcommands: [ApplyDataset.self, ApplyPicture.self], defaultSubcommand: ApplyDataset.self)

  static func main() { runTool(Self.self) }
}
