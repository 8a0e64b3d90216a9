import ArgumentParser
import Foundation
import Pipeline
import Support
import ToolKit

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows how each task of a run is, wherever it runs.",
    discussion: """
      Progress and results come from the folder of the run; Slurm is asked only about jobs that were submitted, and need not be
      there. Elapsed is the wall time of the last attempt, processor the time of all its threads, memory the most it had in use, hash
      the content of the output.
      """)

  @OptionGroup var target: RunOption
  @OptionGroup var output: OutputOptions

  @Flag(name: .long, help: "Show it again every few seconds, until nothing runs and nothing waits in the queue.")
  var watch = false

  func validate() throws {
    if watch && output.json { throw ValidationError("--watch and --json exclude each other") }
  }

  func run() async throws {
    while true {
      let status = try await RunStatus(of: target.folder)
      if output.json { return print(try jsonText(status)) }
      let isTerminal = watch && isatty(STDOUT_FILENO) == 1
      // Clears the screen.
      print((isTerminal ? "\u{1b}[H\u{1b}[2J" : "") + status.text)
      guard watch && status.isMoving else { return }
      if !isTerminal { print("") }
      fflush(nil)
      try await Task.sleep(for: .seconds(5))
    }
  }
}
