import Foundation
import Synchronization
import Testing

@testable import Pipeline
@testable import Support

/// Stops, kills, and two runs at once.
@Suite struct InterruptionTests {
  /// What a signal raises.
  final class Flag: Sendable {
    private let value = Atomic(false)
    func raise() { value.store(true, ordering: .relaxed) }
    var isRaised: Bool { value.load(ordering: .relaxed) }
  }

  @Test func `When asked to stop, a run stops its stages, waits for them and ends with 75; the next one resumes`()
    async throws
  {
    let bench = try Workbench()
    for model in ["explicit-8", "implicit-8"] { try bench.set("hold-\(model)") }
    let flag = Flag()
    async let summary = bench.execute(shouldStop: { flag.isRaised })
    for model in ["explicit-8", "implicit-8"] { try await bench.wait(for: "start \(model)") }
    flag.raise()
    let result = try await summary
    #expect(result.exitStatus == 75)
    #expect(result.tasks(.interrupted) == ["train-explicit-8", "train-implicit-8"])
    #expect(bench.events.contains("stopped explicit-8") && bench.events.contains("stopped implicit-8"))
    #expect(try bench.record("train-implicit-8").state == .interrupted)
    #expect(try bench.assessments()["train-implicit-8"] == "run: it was interrupted")

    for model in ["explicit-8", "implicit-8"] { try bench.clear("hold-\(model)") }
    try bench.forgetEvents()
    #expect(try await bench.execute().exitStatus == 0)
    #expect(bench.events.contains("start implicit-8 resumed with 1"))
    #expect(!bench.started.contains("dataset"))
  }

  @Test func `A training whose settings changed meanwhile is not resumed`() async throws {
    let bench = try Workbench()
    try bench.set("fail-implicit-8", "75")
    #expect(try await bench.execute().exitStatus == 75)
    try bench.clear("fail-implicit-8")
    try bench.forgetEvents()
    _ = try await bench.execute(bench.plan("training.phases.0.steps=20"))
    #expect(bench.started.contains("implicit-8"))
    #expect(!bench.events.contains { $0.contains("resumed") })
  }

  @Test func `A run that is asked to stop before it begins starts nothing`() async throws {
    let bench = try Workbench()
    let summary = try await bench.execute(shouldStop: { true })
    #expect(summary.exitStatus == 75 && bench.events.isEmpty)
    #expect(summary.tasks(.notStarted).count == 8)
  }

  @Test func `After a killed run the next one stops what it left behind and starts again`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    let (identity, status) = try await Self.start("exec sleep 60")
    let task = try #require(try bench.plan().graph["train-implicit-8"])
    var record = try bench.record(task.id)
    (record.state, record.process, record.output) = (.running, identity, nil)
    try record.write(for: task)
    #expect(try bench.assessments()[task.id] == "run: it is running")
    try bench.forgetEvents()
    #expect(try await bench.execute().exitStatus == 0)
    #expect(!identity.isAlive)
    #expect(try await status.value == 128 + SIGTERM)
    #expect(bench.events.first == "start implicit-8 resumed with 2")
  }

  @Test func `A stage that is stopped before it listens to signals is interrupted, not failed`() async throws {
    let bench = try Workbench()
    // The stand-in as it would be in its first moments: the signal ends it.
    try bench.set("hold-dataset")
    let script = "\(bench.folder)/bin/implicit-generate"
    let text = try String(contentsOfFile: script, encoding: .utf8).replacing(
      "trap 'note stopped; exit 75' TERM", with: "trap - TERM")
    try Data(text.utf8).write(to: URL(filePath: script))
    let stop = Mutex(false)
    async let summary = bench.execute(shouldStop: { stop.withLock { $0 } })
    try await bench.wait(for: "start dataset")
    stop.withLock { $0 = true }
    let ended = try await summary
    #expect(ended.exitStatus == 75 && ended.states["generate"] == .interrupted)
    #expect(ended.text.contains("generate was interrupted; the same command goes on from there"))
  }

  @Test func `A process is not taken for another one with its number`() throws {
    var own = try #require(ProcessIdentity(pid: getpid()))
    #expect(own.isAlive)
    own.startTicks += 1
    #expect(!own.isAlive)
    own.startTicks -= 1
    own.boot = "another boot"
    #expect(!own.isAlive)
    #expect(ProcessIdentity(pid: 4_194_305) == nil)  // Above the largest number that Linux gives.
  }

  @Test func `A process that does not listen is ended`() async throws {
    let bench = try Workbench()
    let (identity, status) = try await Self.start(
      "trap '' TERM; touch \(bench.folder)/deaf; while :; do sleep 0.05; done")
    try await bench.wait(until: "the shell has set its trap") {
      FileManager.default.fileExists(atPath: "\(bench.folder)/deaf")
    }
    await identity.stop(patience: 0.1)
    #expect(!identity.isAlive)
    #expect(try await status.value == 128 + SIGKILL)
  }

  /// A process of this one, and its exit status to come.
  private static func start(_ script: String) async throws -> (ProcessIdentity, Task<Int32, any Error>) {
    let (stream, continuation) = AsyncStream<ProcessIdentity>.makeStream()
    let child = ChildProcess(executable: "/bin/sh", arguments: ["-c", script], log: "/dev/null")
    let status = Task {
      try await child.run(shouldStop: { false }, started: { continuation.yield($0) }).status
    }
    let identity = await stream.first { _ in true }
    return (try #require(identity), status)
  }

  @Test func `A second run in the same folder is refused and says who is there`() async throws {
    let bench = try Workbench()
    try bench.set("hold-dataset")
    async let summary = bench.execute()
    try await bench.wait(for: "start dataset")
    await #expect {
      _ = try await bench.execute()
    } throws: { error in
      guard let failure = error as? Failure else { return false }
      return failure.status == .cannotCreate && failure.location == bench.run
        && failure.problem.contains("another process is running a pipeline in this folder: process \(getpid()) on")
    }
    try bench.clear("hold-dataset")
    #expect(try await summary.exitStatus == 0)
    #expect(bench.started.count { $0 == "dataset" } == 1)
  }
}
