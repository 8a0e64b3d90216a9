import ArgumentParser
import Foundation
import Pipeline
import Support

/// How tasks run on this machine.
struct LocalOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditional,
    help: "Worker threads of all tasks together; by default all cores that this process may use.")
  var threads: Int?

  @Option(
    name: .long, help: "Where the stages compute: cpu, cuda, cuda:N; by default cpu. Tasks that know the CPU only stay there.")
  var device: String?

  @Flag(name: .long, help: "After a failure, go on with the tasks that do not need the failed one.")
  var keepGoing = false

  @Flag(name: .long, help: "Make finished datasets and models anew that were made with other settings, and lose them.")
  var replace = false

  @OptionGroup var binaries: BinaryOptions

  func validate() throws {
    if let device, device.wholeMatch(of: /cpu|cuda(:[0-9]+)?/) == nil {
      throw ValidationError("--device is cpu, cuda or cuda:N, found \(device)")
    }
    if let threads, !(1...4096).contains(threads) {
      throw ValidationError("--threads must be at least 1 and at most 4096, found \(threads)")
    }
  }

  /// Runs a plan and prints how it went.
  func execute(_ plan: PipelinePlan, json: Bool) async throws {
    Log.start()
    Interruption.install()
    // Whoever reads standard error may go away; the run goes on.
    signal(SIGPIPE, SIG_IGN)
    try await SlurmClient().checkIdle(plan)
    let run = PipelineRun(
      plan, executables: binaries.executables, threads: threads ?? Cores.available(), device: device, keepsGoing: keepGoing,
      replaces: replace)
    let executables = binaries.executables
    let summary = try await run.execute {
      Console.standardError.print(plan.announcement)
      guard plan.preset == nil, !(plan.presets ?? []).isEmpty else { return }
      // Hours or days may begin here, by a forgotten word.
      let price = try await PlanPrice(plan, executables: executables, patience: 20) { Console.standardError.showLive($0) }
      Console.standardError.showLive("")
      if !price.entries.isEmpty { Console.standardError.print(price.summary) }
    }
    Console.standardError.print(summary.text)
    let verdicts = summary.isComplete ? plan.reportTasks.compactMap(ReportVerdict.line(of:)) : []
    if !verdicts.isEmpty { Console.standardError.print("\n" + verdicts.joined(separator: "\n")) }
    if json {
      print(try jsonText(summary))
    } else if summary.isComplete {
      print(summary.reports.joined(separator: "\n"))
    }
    if !summary.isComplete {
      Console.standardError.print("\nwhat is done stays done: the same command goes on, once the cause is mended")
    }
    if summary.exitStatus != 0 { throw ExitCode(summary.exitStatus) }
  }
}
