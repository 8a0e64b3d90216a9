import ArgumentParser
import Pipeline
import StudyRegistry
import ToolKit

/// Which pipeline, and where its run is.
struct PipelineOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("A pipeline file, or a list of them.", valueName: "pipeline.yaml"))
  var pipeline: String

  @OptionGroup var overlay: OverlayOptions

  @Option(name: .long, help: ArgumentHelp("The folder of the run.", valueName: "folder"))
  var out: String

  func plan() throws -> PipelinePlan {
    let trimmed = out.count > 1 && out.hasSuffix("/") ? String(out.dropLast()) : out
    return try PipelinePlan(
      pipeline, preset: overlay.preset, overrides: overlay.overrides, folder: trimmed, reader: checkedPipelineOutline)
  }
}
