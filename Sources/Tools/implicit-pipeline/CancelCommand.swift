import ArgumentParser
import Pipeline
import Support
import ToolKit

struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Takes all jobs of a run out of the queue of Slurm.",
    discussion: "Tasks that run save their state as they do before a time limit; `submit` goes on from there.")

  @OptionGroup var target: RunOption
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let jobs = try await SlurmClient().cancel(target.plan())
    if output.json { return print(try jsonText(jobs)) }
    for (job, tasks) in jobs.sorted(by: { $0.key < $1.key }) { print("job \(job): \(tasks.joined(separator: " "))") }
    if jobs.isEmpty { Console.standardError.print("no job of this run is in the queue") }
  }
}
