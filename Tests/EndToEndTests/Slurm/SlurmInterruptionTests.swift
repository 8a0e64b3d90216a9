import Foundation
import Testing

/// Time limits, cancelled jobs, killed processes: nothing is lost, and the result is that of a run that nobody disturbed.
extension SlurmTests {
  /// Changes that make each kind of stage work for seconds, longer than the second from one note of its progress to the next.
  private static let work = [
    "dataset.test.attempts=50000", "dataset.test.keep=50000", "sweep.samples=1500", "sweep.iterations=10",
    "training.phases.0.steps=1500",
  ]

  private static func bench(_ profile: String = SlurmBench.profile) throws -> SlurmBench {
    try SlurmBench(work[0], work[1], work[2], work[3], work[4], profile: profile)
  }

  /// The content that an undisturbed run of that work has, and its folder.
  private static let undisturbed = Result {
    let bench = try Self.bench()
    let folder = "\(bench.folder)/whole"
    return (bench, folder, hashes: try bench.runHere(to: folder))
  }

  /// Waits until a stage whose work is stopped has been asked to leave; then it goes on, and does.
  private static func goOnWhenAsked(_ process: Int32) async throws {
    try await wait("a request to stop", every: 50) {
      // Bit 14 of the signals that wait is SIGTERM.
      guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return true }
      let line = text.split(separator: "\n").first { $0.hasPrefix("ShdPnd:") }
      return line.flatMap { UInt64($0.split(separator: "\t")[1], radix: 16) }.map { $0 & 0x4000 != 0 } ?? false
    }
    kill(process, SIGCONT)
  }

  @Test func `Before its time limit each kind of stage saves its state, and its job alone goes on to the same result`()
    async throws
  {
    let (_, whole, hashes) = try Self.undisturbed.get()
    // Three runs: one that has nothing, one that has its dataset, and one that has its models too.
    let benches = try (0..<3).map { _ in try Self.bench() }
    for (bench, missing) in zip(benches, [["generate", "train", "sweep"], ["train", "sweep"], ["sweep"]]) {
      try bench.copy(whole, without: missing)
      // A neighbour in the same array, which is to notice nothing.
      for name in ["explicit-8", "explicit-8-test.sweep"] { try bench.set("hold-\(name)") }
    }
    // Each begins when it is looked at, so that none is over before.
    let outputs = ["dataset", "implicit-8", "implicit-8-test.sweep"]
    for (bench, output) in zip(benches, outputs) { try bench.set("hold-\(output)") }
    let submissions = try benches.map { try $0.submit() }
    let jobs = try zip(submissions, [("generate", ""), ("train", "_1"), ("sweep-test", "_1")]).map { submission, name in
      try #require(submission[name.0]).id + name.1
    }
    let tasks = ["generate", "train-implicit-8", "sweep-implicit-8-test"]
    var processes: [Int32] = []
    for ((bench, task), output) in zip(zip(benches, tasks), outputs) {
      try bench.clear("hold-\(output)")
      processes.append(try await bench.pause(task))
    }
    // The limit comes soon; every half minute Slurm looks whom to tell.
    for job in jobs { try Shell.run("scontrol", "update", "JobId=\(job)", "EndTime=now+70seconds") }
    for process in processes { try await Self.goOnWhenAsked(process) }

    for ((bench, task), job) in zip(zip(benches, tasks), jobs) {
      try await wait("\(job) in the queue again") { try Slurm.queue().contains("\(job) PENDING BeginTime") }
      let status = try #require(try bench.status()[task])
      #expect(status.state == "queued" && status.reason?.contains("went on 1 time at its time limit") == true, "\(status)")
      #expect(status.attempts == 1)
    }
    // What each has saved beside its output.
    let saved = zip(
      benches, ["datasets/dataset.partial", "models/implicit-8.checkpoint.h5", "sweeps/implicit-8-test.sweep.partial"]
    ).map { "\($0.run)/\($1)" }
    for file in saved { #expect(FileManager.default.fileExists(atPath: file), "\(file)") }
    // The neighbours: still in their first attempts.
    for (bench, task) in zip(benches.dropFirst(), ["train-explicit-8", "sweep-explicit-8-test"]) {
      let neighbour = try #require(try bench.status()[task])
      #expect(neighbour.state == "running" && neighbour.attempts == 1, "\(neighbour)")
    }
    // Sooner than at the default time, but not in the second of their end: a node takes a credential of that second for one of
    // the job that ended, and refuses to start it.
    for job in jobs { try Shell.run("scontrol", "update", "JobId=\(job)", "TimeLimit=10", "StartTime=now+3seconds") }
    for (bench, task) in zip(benches, tasks) {
      try await wait("the end of \(task)") { try bench.status()[task]?.state == "done" }
      let status = try #require(try bench.status()[task])
      #expect(status.contentHash == hashes[task] && status.attempts == 2, "\(status)")
      // Both attempts are in the log.
      let log = try String(contentsOfFile: "\(bench.run)/logs/\(task).log", encoding: .utf8)
      for part in ["attempt 1:", "interrupted by SIGTERM", "goes back to the queue, time 1 of 20", "attempt 2:", "--resume"] {
        #expect(log.contains(part), "\(part) in \(log)")
      }
      try Shell.run("\(Executables.folder)/implicit-pipeline", "cancel", bench.run)
    }
    for file in saved { #expect(!FileManager.default.fileExists(atPath: file), "\(file)") }
    try await Slurm.finish()
  }

  @Test func `Where jobs may not go back to the queue another one is submitted, and what waits for it waits for that`()
    async throws
  {
    let bench = try Self.bench(SlurmBench.profile + "\nrequeue: false\ncontinuations: 1\n")
    try bench.copy(Self.undisturbed.get().1, without: ["train", "sweep"])
    try bench.set("hold-explicit-8")
    let first = try bench.submit()
    let train = try #require(first["train"])
    let process = try await bench.pause("train-implicit-8")
    try bench.set("hold-implicit-8")
    // What Slurm sends before a time limit, now.
    try Shell.run("scancel", "--batch", "--signal=USR2", "\(train.id)_1")
    try await Self.goOnWhenAsked(process)
    try await wait("another job") { try bench.status()["train-implicit-8"]?.job?.hasPrefix("\(train.id)_") == false }
    let moved = try bench.status()
    #expect(moved["train-explicit-8"]?.job == "\(train.id)_0" && moved["train-explicit-8"]?.attempts == 1)
    // Its sweep and the report wait for the new job; the sweep of its neighbour is where it was.
    let sweep = try #require(first["sweep-test"])
    #expect(moved["sweep-explicit-8-test"]?.job == "\(sweep.id)_0")
    #expect(moved["sweep-implicit-8-test"]?.job != "\(sweep.id)_1" && moved["sweep-implicit-8-test"]?.state == "queued")
    // A second time is once more than the profile allows.
    let job = try #require(moved["train-implicit-8"]?.job)
    try bench.clear("hold-implicit-8")
    let again = try await bench.pause("train-implicit-8")
    try Shell.run("scancel", "--batch", "--signal=USR2", job)
    try await Self.goOnWhenAsked(again)
    try await wait("the end of \(job)") { try !Slurm.queue().contains { $0.hasPrefix("\(job) ") } }
    try bench.clear("hold-explicit-8")
    let stopped = try await bench.finish()
    #expect(stopped["train-implicit-8"]?.state == "interrupted" && stopped["sweep-explicit-8-test"]?.state == "done")
    let log = try String(contentsOfFile: "\(bench.run)/logs/train-implicit-8.log", encoding: .utf8)
    #expect(log.contains("the profile lets a task go on 1 times in a row"), "\(log)")

    try bench.submit()
    let done = try await bench.finish()
    #expect(done.hashes == (try Self.undisturbed.get().hashes), "\(done)")
    #expect(done["train-implicit-8"]?.attempts == 3)
  }

  @Test func `After a cancelled job, a killed stage and a killed node daemon, submitting again completes the run`()
    async throws
  {
    let bench = try Self.bench()
    try bench.copy(Self.undisturbed.get().1, without: ["train", "sweep"])
    try bench.submit()
    _ = try await bench.pause("train-implicit-8")
    // Slurm lets a stopped process go on to hear that it is to end.
    let cancelled = try Shell.run("\(Executables.folder)/implicit-pipeline", "cancel", bench.run)
    #expect(cancelled.status == 0, "\(cancelled.output)")
    let stopped = try await bench.finish()
    #expect(stopped["train-implicit-8"]?.state == "interrupted", "\(stopped)")
    #expect(FileManager.default.fileExists(atPath: "\(bench.run)/models/implicit-8.checkpoint.h5"))
    #expect(!FileManager.default.fileExists(atPath: "\(bench.run)/models/implicit-8.h5"))

    try bench.submit()
    kill(try await bench.pause("train-implicit-8"), SIGKILL)
    let killed = try await bench.finish()
    #expect(killed["train-implicit-8"]?.reason == "ended by SIGKILL", "\(killed)")
    #expect(!FileManager.default.fileExists(atPath: "\(bench.run)/models/implicit-8.h5"))
    #expect(killed["sweep-implicit-8-test"]?.state == "blocked")

    try bench.submit()
    let process = try await bench.pause("train-implicit-8")
    let server = try #require(SlurmServer.current)
    kill(try server.process(of: "slurmd"), SIGKILL)
    // Asking does not need the node; the job goes on without it.
    #expect(try bench.status()["train-implicit-8"]?.state == "running")
    try server.start()
    kill(process, SIGCONT)
    let done = try await bench.finish()
    #expect(done.hashes == (try Self.undisturbed.get().hashes), "\(done)")
    #expect(done["train-implicit-8"]?.attempts == 3)
  }
}
