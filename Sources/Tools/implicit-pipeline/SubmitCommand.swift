import ArgumentParser
import Pipeline
import Support
import ToolKit

struct SubmitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Submits the tasks of a pipeline that are not done to Slurm.",
    discussion: """
      Shards, models and sweeps become arrays of jobs, which wait for what they need. Prints the jobs. Done tasks are not
      submitted again and those in the queue are recognised, so the same command repairs a run of which something failed or was
      cancelled. If Slurm refuses one job, none is left in the queue.

        implicit-pipeline submit pipelines/all.yaml --preset demo --profile slurm/profiles/local.yaml --out runs/demo
        implicit-pipeline status runs/demo --watch
      """)

  @OptionGroup var pipeline: PipelineOptions
  @OptionGroup var slurm: SlurmOptions
  @OptionGroup var output: OutputOptions

  @Flag(name: .long, help: "Make finished datasets and models anew that were made with other settings, and lose them.")
  var replace = false

  @Flag(name: .long, help: "Print the scripts of the jobs and what they wait for; submit and write nothing.")
  var dryRun = false

  func validate() throws {
    if dryRun && output.json { throw ValidationError("--dry-run and --json exclude each other") }
  }

  func run() async throws {
    Log.start()
    var submission = try slurm.submission(of: pipeline.plan())
    submission.replaces = replace
    if !output.json { Console.standardError.print(submission.plan.announcement) }
    if dryRun {
      for file in submission.plan.missingFiles { Console.standardError.print("\(Failure(missing: file))") }
      print(try submission.rehearse())
      let price = try await PlanPrice(submission.plan, executables: submission.executables)
      return print(price.text.split(separator: "\n").map { "# \($0)" }.joined(separator: "\n"))
    }
    try await submission.submitAndPrint(json: output.json)
  }
}

extension SlurmSubmission {
  /// Submits as a person does.
  func submitAndPrint(json: Bool) async throws {
    let outcome = try await submit()
    if json { return print(try jsonText(outcome)) }
    for job in outcome.jobs {
      let tasks = job.tasks.count == 1 ? job.tasks[0] : "\(job.tasks.count) tasks"
      print("job \(job.id)  \(job.name)  \(tasks)" + (job.dependency.map { "  \($0)" } ?? ""))
    }
    let count = outcome.jobs.reduce(0) { $0 + $1.tasks.count }
    Console.standardError.print(
      """
      \(count) tasks submitted, \(outcome.inQueue.count) in the queue before, \(outcome.upToDate.count) up to date
      \(shellCommand(["implicit-pipeline", "status", plan.folder])) shows how they are
      """)
  }
}
