import Foundation
import Testing

/// Pipelines on a real Slurm of one node.
@Suite(
  .serialized,
  .enabled(if: SlurmServer.canRun, "Slurm is not installed, or this machine does not let it start: slurm/start.sh says why"),
  WithSlurm())
struct SlurmTests {
  @Test func `The smoke pipeline gives the same content on Slurm as here, and the second time nothing is submitted`()
    async throws
  {
    let folder = try TemporaryFolder()
    let arguments = [
      "pipelines/linear-programs.yaml", "--preset", "smoke", "--set", "pipeline.shards=2", "--out",
    ]
    let here = try await Executables.run("implicit-pipeline", ["run"] + arguments + ["\(folder.path)/here"])
    try #require(here.status == 0, "\(here.errors)")
    let submit = ["submit"] + arguments + ["\(folder.path)/there", "--profile", "slurm/profiles/local.yaml"]
    let first = try await Executables.run("implicit-pipeline", submit)
    try #require(first.status == 0, "\(first.errors)")
    #expect(first.output.split(separator: "\n").count == 6)
    #expect(first.errors.contains("10 tasks submitted"))
    let bench = try SlurmBench()
    // While jobs do the work, it cannot be done here as well.
    let both = try await Executables.run("implicit-pipeline", ["run"] + arguments + ["\(folder.path)/there"])
    #expect(both.status == 73 && both.errors.contains("in the queue of Slurm"), "\(both.errors)")
    try await Slurm.finish()

    let expected = try bench.status(of: "\(folder.path)/here")
    let found = try bench.status(of: "\(folder.path)/there")
    #expect(found.tasks("done").count == 10, "\(found)")
    #expect(found.hashes == expected.hashes)
    for task in found.tasks {
      #expect((task.peakMemory ?? 0) > 10_000_000 && (task.seconds ?? 0) > 0 && task.job != nil, "\(task)")
      let log = try String(contentsOfFile: task.log, encoding: .utf8)
      // What the job, the stage and Slurm say is in one log.
      #expect(log.contains("\(task.task): started, 1 thread") && log.contains("attempt 1:"), "\(log)")
    }
    let table = try await Executables.run("implicit-pipeline", "status", "\(folder.path)/there")
    #expect(table.output.contains("-- train: 2 done") && table.output.contains("10 of 10 tasks done"), "\(table.output)")

    let second = try await Executables.run("implicit-pipeline", submit)
    #expect(second.status == 0 && second.output.isEmpty && second.errors.contains("10 up to date"), "\(second.errors)")
  }

  @Test func `What needs a failed shard does not run, the reason is told, and after its cause is gone only the rest is done`()
    async throws
  {
    let bench = try SlurmBench("pipeline.shards=3")
    try bench.set("fail-dataset-part-2-of-3", "65")
    try bench.submit()
    let failed = try await bench.finish()
    #expect(bench.started() == ["dataset-part-1-of-3", "dataset-part-2-of-3", "dataset-part-3-of-3"])
    #expect(failed.tasks("failed") == ["generate-2-of-3"])
    let shard = try #require(failed["generate-2-of-3"])
    #expect(shard.exitStatus == 65 && shard.reason == "exit status 65 (badData)")
    #expect(shard.message?.hasSuffix("no luck with dataset-part-2-of-3") == true)
    #expect(failed.tasks("done") == ["generate-1-of-3", "generate-3-of-3"])
    #expect(failed.tasks("blocked").count == 6, "\(failed)")
    let text = try Shell.run("\(Executables.folder)/implicit-pipeline", "status", bench.run).output
    for part in ["generate-2-of-3 failed: exit status 65", "  | no luck with dataset-part-2-of-3", "6 blocked"] {
      #expect(text.contains(part), "\(text)")
    }

    // A job whose condition Slurm takes for satisfied, because it has forgotten what it was about, looks for itself.
    #expect(try Shell.run("sbatch", "\(bench.run)/slurm/1/merge.sh").status == 0)
    let early = try await bench.finish()
    #expect(early["merge"]?.state != "done" && bench.started().isEmpty)
    let log = try String(contentsOfFile: "\(bench.run)/logs/merge.log", encoding: .utf8)
    #expect(log.contains("the input of this task is not done: generate-2-of-3, run: it failed"), "\(log)")

    try bench.clear("fail-dataset-part-2-of-3")
    // Without its folder of logs a job fails and nobody knows why; `submit` makes it.
    try FileManager.default.removeItem(atPath: "\(bench.run)/logs")
    let second = try bench.submit()
    #expect(second["generate"]?.tasks == ["generate-2-of-3"])
    #expect(second.upToDate == ["generate-1-of-3", "generate-3-of-3"] && second.tasks.count == 7)
    let done = try await bench.finish()
    #expect(done.tasks("done").count == 9, "\(done)")
    #expect(
      bench.started() == [
        "dataset", "dataset-part-2-of-3", "explicit-8", "explicit-8-test.sweep", "implicit-8", "implicit-8-test.sweep",
        "report",
      ])
  }

  @Test func `Two hundred shards are one job, and their status is told in a moment`() async throws {
    let bench = try SlurmBench("pipeline.shards=200")
    try bench.set("hold-all")
    let submission = try bench.submit()
    #expect(submission["generate"]?.tasks.count == 200 && submission.jobs.count == 5)
    try await wait("sixteen running") { try Slurm.queue().count { $0.contains("RUNNING") } == 16 }
    try await bench.waitForStart(of: "dataset-part-1-of-200")
    let before = Self.secondsOfChildren
    let status = try bench.status()
    // Computing time, which does not depend on what else the machine does.
    #expect(Self.secondsOfChildren - before < 1)
    #expect(status.tasks("running").count == 16 && status.tasks("queued").count == 190, "\(status)")

    let cancelled = try Shell.run("\(Executables.folder)/implicit-pipeline", "cancel", bench.run)
    #expect(cancelled.status == 0 && cancelled.output.split(separator: "\n").count == 5, "\(cancelled.output)")
    let ended = try await bench.finish()
    #expect(!ended.isMoving && ended["generate-1-of-200"]?.state == "interrupted")
    #expect(ended["generate-200-of-200"]?.state == "cancelled", "\(String(describing: ended["generate-200-of-200"]))")
  }

  /// User and system time of all child processes that have ended, and of theirs.
  private static var secondsOfChildren: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  @Test func `A changed plan reaches tasks that wait, and is refused for those that run`() async throws {
    let bench = try SlurmBench()
    for model in ["explicit-8", "implicit-8"] { try bench.set("hold-\(model)") }
    try bench.submit()
    for model in ["explicit-8", "implicit-8"] { try await bench.waitForStart(of: model) }
    let changed = try Shell.run(
      ["\(Executables.folder)/implicit-pipeline"] + bench.submitArguments + ["--set", "training.phases.0.steps=30"])
    #expect(changed.status == 64, "\(changed.output)")
    #expect(changed.output.contains("train-explicit-8 runs with other settings: training.phases.0.steps: 20 -> 30"))
    let sweeps = try Shell.run(
      ["\(Executables.folder)/implicit-pipeline"] + bench.submitArguments + ["--set", "sweep.iterations=6", "--json"])
    #expect(sweeps.status == 0, "\(sweeps.output)")
    for model in ["explicit-8", "implicit-8"] { try bench.clear("hold-\(model)") }
    let done = try await bench.finish()
    let header = try Shell.run("h5dump", "-d", "/iteration", "\(bench.run)/sweeps/implicit-8-test.sweep.h5").output
    #expect(header.contains("( 7 )") && !done.isMoving, "\(header)")
  }
}
