import Foundation
import Testing

/// What is asked of Slurm, and what happens when it refuses.
extension SlurmTests {
  /// A command of Slurm that does something else first.
  private static func standIn(_ bench: SlurmBench, _ body: String) throws -> [String: String] {
    let folder = "\(bench.folder)/path"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let real = try Shell.run("sh", "-c", "command -v sbatch").output.trimmingCharacters(in: .whitespacesAndNewlines)
    try bench.write("#!/bin/sh\n\(body)\nexec \(real) \"$@\"\n", to: "path/sbatch")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/sbatch")
    return ["PATH": "\(folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"]
  }

  /// What `submit` says when Slurm refuses a job.
  private static func refusal(_ bench: SlurmBench, environment: [String: String] = [:]) async throws -> String {
    let result = try Shell.run(
      ["\(Executables.folder)/implicit-pipeline"] + bench.submitArguments, environment: environment)
    #expect(result.status == 64, "\(result.output)")
    try await Slurm.finish()
    return result.output
  }

  @Test func `A profile with GPUs is taken where there are as many; one that is refused leaves nothing behind`()
    async throws
  {
    let bench = try SlurmBench(profile: SlurmBench.profile + "\nstages: {train: {gpus: 2}}\n")
    let rehearsal = try Shell.run(["\(Executables.folder)/implicit-pipeline"] + bench.submitArguments + ["--dry-run"])
    #expect(rehearsal.output.contains("#SBATCH --gres=gpu:2"), "\(rehearsal.output)")
    #expect(!FileManager.default.fileExists(atPath: bench.run))
    try bench.submit()
    let script = "\(bench.run)/slurm/1/train.sh"
    #expect(try Shell.run("sbatch", "--test-only", script).status == 0)
    #expect(try String(contentsOfFile: script, encoding: .utf8).contains("#SBATCH --gres=gpu:2"))
    try Shell.run("\(Executables.folder)/implicit-pipeline", "cancel", bench.run)
    try await bench.finish()

    // Only the last but one of the jobs cannot be.
    let greedy = try SlurmBench(profile: SlurmBench.profile + "\nstages: {sweep: {gpus: 3}}\n")
    let message = try await Self.refusal(greedy)
    #expect(message.contains("Slurm refuses this job: ") && message.contains("configuration is not available"), "\(message)")
    #expect(greedy.started().isEmpty)
    // Slurm says it only when the job is submitted.
    let unlucky = try SlurmBench()
    let environment = try Self.standIn(
      unlucky,
      """
      case " $* " in *" --test-only "*) ;; *sweep*) echo "sbatch: error: not today" >&2; exit 1 ;; esac
      """)
    #expect(try await Self.refusal(unlucky, environment: environment).contains("sbatch: error: not today"))
    // Nothing of it stands in the way of the next submission.
    #expect(try unlucky.submit().jobs.count == 4)
    try Shell.run("\(Executables.folder)/implicit-pipeline", "cancel", unlucky.run)
    try await unlucky.finish()
  }

  @Test func `Of two who submit at once one wins and the other says so`() async throws {
    let bench = try SlurmBench()
    let environment = try Self.standIn(
      bench, "touch \(bench.folder)/begun; while [ -e \(bench.folder)/control/hold-sbatch ]; do sleep 0.05; done")
    try bench.set("hold-sbatch")
    try bench.set("hold-all")
    async let first = Task.detached { try bench.submit(environment: environment) }.value
    try await wait("a submission") { FileManager.default.fileExists(atPath: "\(bench.folder)/begun") }
    let second = try Shell.run(["\(Executables.folder)/implicit-pipeline"] + bench.submitArguments)
    #expect(second.status == 73, "\(second.output)")
    #expect(second.output.contains("another process is running a pipeline in this folder: process "))
    try bench.clear("hold-sbatch")
    #expect(try await first.jobs.count == 4)
    // And the third sees what the first has done.
    let third = try bench.submit()
    #expect(third.jobs.isEmpty && third.inQueue.count == 6)
    try Shell.run("\(Executables.folder)/implicit-pipeline", "cancel", bench.run)
    try await bench.finish()
  }

  @Test func `A submission that was killed leaves jobs that the next one takes out of the queue`() async throws {
    let bench = try SlurmBench()
    try bench.set("hold-all")
    let environment = try Self.standIn(
      bench,
      """
      case " $* " in *" --test-only "*) ;; *sweep*) kill -KILL $PPID; exit 1 ;; esac
      """)
    let killed = try Shell.run(
      ["\(Executables.folder)/implicit-pipeline"] + bench.submitArguments, environment: environment)
    #expect(killed.status != 0)
    let left = try Slurm.queue().compactMap { $0.split(separator: "_").first?.split(separator: " ").first }.map(String.init)
    #expect(!left.isEmpty)
    let next = try bench.submit()
    #expect(next.tasks.count == 6 && Set(next.jobs.map(\.id)).isDisjoint(with: left))
    try await wait("only the new jobs") {
      try !Slurm.queue().contains { line in left.contains { line.hasPrefix("\($0)_") || line.hasPrefix("\($0) ") } }
    }
    try Shell.run("\(Executables.folder)/implicit-pipeline", "cancel", bench.run)
    try await bench.finish()
  }

  @Test func `Jobs see what the profile lets through, and nothing of the job that submits them`() async throws {
    let bench = try SlurmBench(
      profile: SlurmBench.profile.replacing("memory: 100M", with: "memory_per_cpu: 90M")
        + "\nexport: [HOME, PATH, LET_THROUGH]\nsetup: ['env >\"$SLURM_JOB_NAME.txt\"']\n")
    // As inside another job, with a person's own defaults.
    let environment = [
      "LET_THROUGH": "yes", "SECRET": "no", "SLURM_MEM_PER_NODE": "7", "SLURM_CPUS_PER_TASK": "7",
      "SLURM_JOB_ID": "99999", "SBATCH_TIMELIMIT": "3", "SBATCH_EXPORT": "ALL", "SQUEUE_FORMAT": "%Z",
    ]
    // Jobs work where `submit` did.
    let result = try Shell.run(
      ["sh", "-c", "cd \"$0\" && exec \"$@\"", bench.folder, "\(Executables.folder)/implicit-pipeline"]
        + bench.submitArguments, environment: environment)
    try #require(result.status == 0, "\(result.output)")
    try await wait("the first job") { FileManager.default.fileExists(atPath: "\(bench.folder)/generate.txt") }
    let limit = try Shell.run("squeue", "-h", "-o", "%l").output
    #expect(limit.contains("10:00") && !limit.contains("3:00"), "\(limit)")
    try await bench.finish()
    let seen = try String(contentsOfFile: "\(bench.folder)/generate.txt", encoding: .utf8).split(separator: "\n")
    #expect(seen.contains("LET_THROUGH=yes") && seen.contains("SLURM_CPUS_PER_TASK=1"))
    #expect(!seen.contains { $0.hasPrefix("SECRET=") || $0.hasPrefix("SLURM_MEM_PER_NODE=") || $0 == "SLURM_JOB_ID=99999" })
    #expect(try bench.status().tasks("done").count == 6)
  }

  @Test(.enabled(if: (try? Shell.run("shellcheck", "--version").status) == 0, "shellcheck is not installed here"))
  func `The scripts that are written and those that ship are good shell`() throws {
    let bench = try SlurmBench(
      "pipeline.shards=3",
      profile: SlurmBench.profile + "\nsetup: [module load hdf5]\n")
    try bench.set("hold-all")
    try bench.submit()
    try Shell.run("\(Executables.folder)/implicit-pipeline", "cancel", bench.run)
    let written = try FileManager.default.contentsOfDirectory(atPath: "\(bench.run)/slurm/1")
      .filter { $0.hasSuffix(".sh") }.map { "\(bench.run)/slurm/1/\($0)" }
    #expect(written.count == 5)
    let shipped = [
      "slurm/start.sh", "slurm/stop.sh", "slurm/common.sh", "pipelines/setup.sh", "pipelines/test.sh", "pipelines/demo.sh",
    ]
    for script in written + shipped { #expect(try Shell.run("bash", "-n", script).status == 0, "\(script)") }
    let check = try Shell.run(["shellcheck"] + written + shipped)
    #expect(check.status == 0, "\(check.output)")
  }

  @Test func `The shipped profiles make scripts that Slurm can read`() throws {
    for (profile, condition) in [
      ("local", "aftercorr:<linear-programs.train>"), ("cluster-gpu", "afterok:<linear-programs.train>"),
    ] {
      let folder = try TemporaryFolder()
      let rehearsal = try Shell.run(
        "\(Executables.folder)/implicit-pipeline", "submit", "pipelines/all.yaml", "--preset", "smoke", "--out",
        "\(folder.path)/run", "--profile", "slurm/profiles/\(profile).yaml", "--dry-run")
      #expect(rehearsal.status == 0, "\(rehearsal.output)")
      #expect(rehearsal.output.contains("--dependency=\(condition)"), "\(rehearsal.output)")
    }
  }
}
