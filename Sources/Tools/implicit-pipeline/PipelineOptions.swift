import ArgumentParser
import Pipeline
import StudyRegistry

/// Which pipeline, and where its run is.
struct PipelineOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("A pipeline file, or a list of them.", valueName: "pipeline.yaml"))
  var pipeline: String

  @Option(name: .long, help: "The preset of the pipeline file: smoke, demo, paper, or any other it defines.")
  var preset: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Change one key of the configuration; may be repeated. Example: training.phases.0.steps=10",
      valueName: "key.path=value"))
  var overrides: [String] = []

  @Option(name: .long, help: ArgumentHelp("The folder of the run.", valueName: "folder"))
  var out: String

  func plan() throws -> PipelinePlan {
    let trimmed = out.count > 1 && out.hasSuffix("/") ? String(out.dropLast()) : out
    return try PipelinePlan(pipeline, preset: preset, overrides: overrides, folder: trimmed, reader: pipelineOutline)
  }
}
