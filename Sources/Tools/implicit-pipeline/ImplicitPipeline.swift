import ArgumentParser
import Support
import ToolKit

@main
struct Main {
  static func main() async { await runTool(ImplicitPipeline.self) }
}

struct ImplicitPipeline: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "implicit-pipeline",
    abstract: "Runs a pipeline file from generated data to the report.",
    discussion: """
      A run is a folder: datasets, models, sweeps, the report, and for each task its record, log and progress. What is done and
      still valid is never done again: a task runs if it never did, if its settings, its inputs or the version of the tools
      changed, or if its output is missing or damaged.

        implicit-pipeline plan pipelines/linear-programs.yaml --preset smoke --out runs/smoke
        implicit-pipeline run pipelines/linear-programs.yaml --preset smoke --out runs/smoke

      The same tasks on a cluster: `submit` instead of `run`; `status`, `rerun` and `cancel` take the folder of either.
      """,
    version: implicitModelsVersion,
    subcommands: [
      PlanCommand.self, RunCommand.self, SubmitCommand.self, StatusCommand.self, RerunCommand.self, CancelCommand.self,
      TaskCommand.self,
    ])
}
