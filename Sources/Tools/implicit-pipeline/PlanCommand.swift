import ArgumentParser
import Pipeline
import Support
import ToolKit

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Shows the tasks of a run, and which of them would run and why. Changes no result.")

  @OptionGroup var pipeline: PipelineOptions
  @OptionGroup var output: OutputOptions

  @Flag(name: .long, help: "Print the graph of the tasks for Graphviz instead.")
  var graph = false

  @Flag(
    name: .long,
    help: "Say what the tasks take that are to be done: as when they ran before, or judged by a few blocks, steps and samples.")
  var price = false

  @OptionGroup var binaries: BinaryOptions

  func validate() throws {
    if price && graph { throw ValidationError("--price and --graph exclude each other") }
    if graph && output.json { throw ValidationError("--graph and --json exclude each other") }
  }

  func run() async throws {
    let plan = try pipeline.plan()
    if price {
      let price = try await PlanPrice(plan, executables: binaries.executables) { Console.standardError.showLive($0) }
      Console.standardError.showLive("")
      return print(output.json ? try jsonText(price.entries) : price.text)
    }
    if graph { return print(plan.graph.dot, terminator: "") }
    for file in plan.missingFiles { Console.standardError.print("\(Failure(missing: file))") }
    let entries = plan.graph.assess().enumerated().map { index, entry in
      PlannedTask(index: index, task: entry.task, assessment: entry.assessment)
    }
    print(output.json ? try jsonText(entries) : entries.map(\.text).joined(separator: "\n"))
  }
}

/// A task and what would be done about it.
private struct PlannedTask: Encodable {
  var index: Int
  var task: String
  var stage: Stage
  var mustRun: Bool
  var status: String
  var inputs: [String]
  var output: String
  var log: String
  var command: [String]

  init(index: Int, task: PipelineTask, assessment: Assessment) {
    (self.index, self.task, stage) = (index, task.id, task.stage)
    (mustRun, status) = (assessment.mustRun, "\(assessment)")
    (inputs, output, log) = (task.inputs.map(\.path) + task.externalFiles.map(\.path), task.output, task.logPath)
    command = [task.stage.executable] + task.arguments
  }

  var text: String {
    """
    \(task)  \(status)
        reads   \(inputs.isEmpty ? "nothing" : inputs.joined(separator: " "))
        writes  \(output)
        command \(shellCommand(command))
    """
  }
}
