import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Support

/// Sends this process a signal and waits for its effect. Not `raise`: the pool's threads, on which tests run, block
/// signals.
private func send(_ number: Int32, until isDone: () -> Bool = { false }) {
  kill(getpid(), number)
  for _ in 0..<2000 where !isDone() { usleep(1000) }
}

/// Signals reach the whole process, so each of these runs in a process of its own. SIGINT gets its default action back
/// first, because it is ignored when the tests run in the background of a shell.
@Suite struct InterruptionTests {
  @Test func `Each signal raises the flag, and the first one names it`() async {
    await #expect(processExitsWith: .success) {
      signal(SIGINT, SIG_DFL)
      Interruption.install()
      guard !Interruption.isRequested, Interruption.signalName == nil else { exit(1) }
      let names = [SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGHUP: "SIGHUP", SIGUSR1: "SIGUSR1", SIGUSR2: "SIGUSR2"]
      for (number, name) in names {
        send(number) { Interruption.isRequested }
        guard Interruption.signalName == name else { exit(2) }
        Interruption.request(signal: SIGTERM)
        guard Interruption.signalName == name else { exit(3) }
        Interruption.reset()
      }
    }
  }

  @Test(arguments: [SIGINT, SIGUSR2])
  func `Ctrl-C after a first request kills at once`(_ first: Int32) async {
    await #expect(processExitsWith: .signal(SIGINT)) { [first] in
      signal(SIGINT, SIG_DFL)
      Interruption.install()
      send(first) { Interruption.isRequested }
      send(SIGINT)
    }
  }

  @Test func `An ignored signal stays ignored`() async {
    await #expect(processExitsWith: .success) {
      signal(SIGHUP, SIG_IGN)
      Interruption.install()
      kill(getpid(), SIGHUP)
      send(SIGTERM) { Interruption.isRequested }
      exit(Interruption.signalName == "SIGTERM" ? 0 : 1)
    }
  }

  @Test func `A signal from outside ends a loop between its steps`() async {
    await #expect(processExitsWith: .exitCode(ExitStatus.interrupted.rawValue)) {
      Interruption.install()
      let child = try? Process.run(
        URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", "sleep 0.1; kill -TERM \(getpid())"])
      let done =
        (try? concurrentStream(count: .max, threads: 2, produce: { _ in usleep(1000) }, consume: { _, _ in })) ?? -1
      child?.waitUntilExit()
      let failure = Interruption.failure("\(done) samples are kept", remedy: "run the same command again")
      exit(done > 0 && failure.problem.hasPrefix("interrupted by SIGTERM: ") ? failure.status.rawValue : 1)
    }
  }
}

@Suite struct CoresTests {
  @Test func `The smallest limit counts, and there is always one core`() {
    #expect(Cores.available(affinity: 8, quota: nil, environment: [:]) == 8)
    #expect(Cores.available(affinity: 8, quota: 2.5, environment: [:]) == 3)
    #expect(Cores.available(affinity: 8, quota: 0.2, environment: [:]) == 1)
    #expect(Cores.available(affinity: 8, quota: 6, environment: ["SLURM_CPUS_PER_TASK": "4"]) == 4)
    #expect(Cores.available(affinity: 2, quota: nil, environment: ["SLURM_CPUS_PER_TASK": "4"]) == 2)
    #expect(Cores.available(affinity: 0, quota: nil, environment: ["SLURM_CPUS_PER_TASK": "no"]) == 1)
  }

  @Test(arguments: [
    ("Name: x\nCpus_allowed_list:\t0-1\n", 2), ("Cpus_allowed_list:\t0-3,8,10-11", 7), ("Cpus_allowed_list: 5", 1),
  ])
  func `The affinity mask is read`(_ status: String, _ count: Int) { #expect(Cores.affinity(status: status) == count) }

  @Test func `This process sees the cores that taskset leaves it`() throws {
    #expect(Cores.available() >= 1)
    #expect(Cores.affinity(status: try String(contentsOfFile: "/proc/self/status", encoding: .utf8)) != nil)
  }

  @Test func `Quotas of control groups, version 2, bind with those of their ancestors`() {
    let files = ["cpu.max": "max 100000\n", "a/cpu.max": "150000 100000\n", "a/b/cpu.max": "400000 100000\n"]
    #expect(Cores.quota(groups: "0::/a/b\n") { files[$0] } == 1.5)
    #expect(Cores.quota(groups: "0::/\n") { files[$0] } == nil)
    #expect(Cores.quota(groups: "0::/elsewhere\n") { _ in nil } == nil)
    #expect(Cores.quota(groups: "") { files[$0] } == nil)
  }

  @Test func `Quotas of control groups, version 1, are read`() {
    let files = [
      "cpu,cpuacct/job/cpu.cfs_quota_us": "300000", "cpu,cpuacct/job/cpu.cfs_period_us": "100000",
      "cpu,cpuacct/cpu.cfs_quota_us": "-1",
    ]
    #expect(Cores.quota(groups: "4:memory:/job\n3:cpu,cpuacct:/job") { files[$0] } == 3)
  }
}

@Suite struct OutputLockTests {
  @Test func `A second writer is refused, and says who the first is`() throws {
    try withFolder { (folder) throws in
      let output = folder + "/d.h5"
      var first: OutputLock? = try OutputLock(for: output)
      let failure = try thrownFailure { _ = try OutputLock(for: output) }
      #expect(failure.status == .cannotCreate)
      #expect(failure.location == output)
      #expect(failure.problem.hasPrefix("another process is writing this output: process \(getpid()) on "))
      _ = first
      first = nil
      #expect(!FileManager.default.fileExists(atPath: output + ".lock"))
      _ = try OutputLock(for: output)
    }
  }

  @Test func `An attempt at a lock that is held says who holds it, and waits for its turn if it is told to`() throws {
    try withFolder { (folder) throws in
      let output = folder + "/d.h5"
      let first = Mutex<OutputLock?>(try OutputLock(for: output))
      guard case .held(let holder) = try OutputLock.attempt(for: output) else { throw Failure(.bug, "both have the lock") }
      #expect(holder.hasPrefix("process \(getpid()) on "))
      let release = Thread { first.withLock { $0 = nil } }
      release.start()
      guard case .taken = try OutputLock.attempt(for: output, patience: 20) else { throw Failure(.bug, "it was given back") }
      #expect(throws: Failure.self) { try OutputLock.attempt(for: "/nonexistent/d.h5", patience: 20) }
    }
  }

  @Test func `An output is locked for as long as the body runs, and free again when it throws`() throws {
    try withFolder { (folder) throws in
      let output = folder + "/d.h5"
      let result = try withOutputLock(OutputClaim(output)) {
        #expect(throws: Failure.self) { try OutputLock(for: output) }
        return 7
      }
      #expect(result == 7)
      #expect(throws: Failure(.io, "no")) { try withOutputLock(OutputClaim(output)) { throw Failure(.io, "no") } }
      _ = try OutputLock(for: output)
    }
  }

  @Test func `The lock of a killed process is free`() throws {
    try withFolder { (folder) throws in
      let output = folder + "/d.h5"
      let holder = Process()
      holder.executableURL = URL(fileURLWithPath: "/bin/sh")
      holder.arguments = ["-c", "exec flock --no-fork -n '\(output).lock' sleep 60"]
      try holder.run()
      let deadline = Date().addingTimeInterval(10)
      while (try? OutputLock(for: output)) != nil, Date() < deadline { usleep(10_000) }
      #expect(throws: Failure.self) { try OutputLock(for: output) }
      kill(holder.processIdentifier, SIGKILL)
      holder.waitUntilExit()
      #expect(FileManager.default.fileExists(atPath: output + ".lock"))
      _ = try OutputLock(for: output)
    }
  }

  @Test func `A folder that is missing is an error with its reason`() throws {
    let failure = try thrownFailure { _ = try OutputLock(for: "/nonexistent/d.h5") }
    #expect(failure.status == .cannotCreate)
    #expect(failure.problem == "cannot create the output: No such file or directory")
  }

  @Test func `Many contenders, one winner at a time`() throws {
    try withFolder { (folder) throws in
      let path = folder + "/counter"
      try "0".write(toFile: path, atomically: true, encoding: .utf8)
      // Each adds one under the lock; a lost update would show two holders at once.
      _ = try concurrentMap(Array(0..<8), threads: 8, shouldStop: { false }) { _ in
        for _ in 0..<10 {
          while true {
            guard let lock = try? OutputLock(for: path) else { continue }
            let value = Int(try String(contentsOfFile: path, encoding: .utf8)) ?? 0
            try String(value + 1).write(toFile: path, atomically: true, encoding: .utf8)
            withExtendedLifetime(lock) {}
            break
          }
        }
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "80")
    }
  }
}

@Suite struct ProvenanceTests {
  @Test func `The facts of this process are there`() {
    let facts = Provenance.current(libraries: ["hdf5": "1.14"])
    #expect(facts.libraries == ["hdf5": "1.14"])
    #expect(!facts.tool.isEmpty && !facts.host.isEmpty && !facts.processor.isEmpty)
    #expect(facts.commandLine == CommandLine.arguments)
    #expect((try? Date(facts.started, strategy: .iso8601)) != nil)
  }

  @Test func `The commit is that of the source tree, marked when files differ, unknown outside one`() throws {
    try withFolder { (folder) throws in
      #expect(Provenance.commit(ofTreeAround: folder) == "unknown")
      let script =
        "cd '\(folder)' && git init -q && echo a > f && git add f && git -c user.name=t -c user.email=t commit -qm a && git rev-parse HEAD"
      let commit = try shell(script)
      #expect(commit.count == 40)
      #expect(Provenance.commit(ofTreeAround: folder) == commit)
      try "b".write(toFile: folder + "/f", atomically: true, encoding: .utf8)
      #expect(Provenance.commit(ofTreeAround: folder) == commit + "-dirty")
    }
  }

  @Test func `Only what identifies the Slurm job is kept`() {
    #expect(
      Provenance.slurm(["SLURM_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "3", "HOME": "/root", "SLURM_CONF": "x"]) == [
        "SLURM_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "3",
      ])
  }

  private func shell(_ script: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    process.waitUntilExit()
    return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).trimmingCharacters(
      in: .whitespacesAndNewlines)
  }
}

@Suite struct LogTests {
  @Test func `A message has time, level, text and its facts in order`() throws {
    let pipe = Pipe()
    var handler = ConsoleLogHandler(label: "test", logLevel: .info)
    handler.console = Console(descriptor: pipe.fileHandleForWriting.fileDescriptor, isTerminal: false)
    handler[metadataKey: "model"] = "a"
    let logger = Logger(label: "test") { _ in handler }
    logger.warning("slow", metadata: ["step": "3", "loss": "0.5"])
    logger.debug("hidden")
    try pipe.fileHandleForWriting.close()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text.wholeMatch(of: /\d\d:\d\d:\d\d warning slow \(loss: 0\.5, model: a, step: 3\)\n/) != nil, "\(text)")
  }
}
