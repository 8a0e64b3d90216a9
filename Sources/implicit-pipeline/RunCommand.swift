import ArgumentParser
import Experiment
import Foundation
import Pipeline
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
  @OptionGroup var output: OutputOptions

  @Option(
    name: .long, parsing: .unconditional,
    help: "Worker threads of all tasks together; by default all cores that this process may use.")
  var threads: Int?

  @Option(name: .long, help: "Where the stages compute: cpu, cuda, cuda:N; by default cpu.")
  var device: String?

  @Flag(name: .long, help: "After a failure, go on with the tasks that do not need the failed one.")
  var keepGoing = false

  @Option(
    name: .long,
    help: ArgumentHelp("Where the executables of the stages are; by default beside this one.", valueName: "folder"))
  var bin: String?

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, found \(threads)") }
  }

  func run() async throws {
    Log.start()
    Interruption.install()
    // Whoever reads standard error may go away; the run goes on.
    signal(SIGPIPE, SIG_IGN)
    let run = PipelineRun(
      try pipeline.plan(), executables: bin.map { StageExecutables(folder: $0) } ?? .besideThisProgram(),
      threads: threads ?? Cores.available(), device: device, keepsGoing: keepGoing)
    let summary = try await run.execute()
    Console.standardError.print(summary.text)
    if output.json {
      print(try jsonText(summary))
    } else if summary.isComplete {
      print(summary.reports.joined(separator: "\n"))
    }
    if summary.exitStatus != 0 { throw ExitCode(summary.exitStatus) }
  }
}
