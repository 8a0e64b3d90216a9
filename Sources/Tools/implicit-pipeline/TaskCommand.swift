import ArgumentParser
import Foundation
import Pipeline
import Support

/// What the script of a job runs.
struct TaskCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "task", abstract: "Does the tasks of one job of Slurm; the script of the job runs it.",
    shouldDisplay: false)

  @OptionGroup var target: RunOption
  @OptionGroup var slurm: SlurmOptions

  @Option(name: .long, help: "The list of tasks: lines of an index and a task.")
  var tasks: String

  @Option(name: .long, help: "Which of them.")
  var index: Int

  func run() async throws {
    Log.start()
    Interruption.install()
    signal(SIGPIPE, SIG_IGN)
    let batch = BatchTask(try slurm.submission(of: target.plan()))
    let status = try await batch.run(JobTasks.read(tasks, index: index))
    if status != 0 { throw ExitCode(status) }
  }
}
