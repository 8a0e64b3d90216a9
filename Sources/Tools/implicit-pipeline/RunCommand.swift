import ArgumentParser
import ToolKit

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs the tasks of a pipeline that are not done, independent ones side by side.",
    discussion: """
      Prints the path of the report. Ends with the exit status of the first task that failed; with 75 if it was interrupted, after
      every running stage has written its checkpoint: the same command goes on from there; with 77 if a measured number is
      outside the band that the pipeline file expects.
      """)

  @OptionGroup var pipeline: PipelineOptions
  @OptionGroup var local: LocalOptions
  @OptionGroup var output: OutputOptions

  func run() async throws { try await local.execute(pipeline.plan(), json: output.json) }
}
