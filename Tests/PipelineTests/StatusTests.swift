import Foundation
import Testing

@testable import Pipeline
@testable import Support

/// What `status` says without Slurm.
@Suite struct StatusTests {
  private func status(_ bench: Workbench) async throws -> RunStatus {
    try await RunStatus(of: bench.run, inspector: ByteInspector())
  }

  @Test func `A finished run shows times, memory and hashes`() async throws {
    let bench = try Workbench()
    try bench.set("hold-dataset")
    async let summary = bench.execute()
    try await bench.wait(for: "start dataset")
    let start = ContinuousClock.now
    try await bench.wait(until: "the record names the process") { try bench.record("generate").process != nil }
    // Long enough to be looked at more than once: a program that has only just begun has next to no memory.
    try await Task.sleep(for: .milliseconds(300))
    let held = (ContinuousClock.now - start) / .seconds(1)
    try bench.clear("hold-dataset")
    let hashes = try await summary.tasks.map(\.contentHash)
    let status = try await status(bench)
    #expect(status.tasks.map(\.contentHash) == hashes && status.count(.done) == 8)
    let generate = try #require(status.tasks.first)
    // A shell has some hundred kilobytes to some megabytes.
    #expect((100_000..<100_000_000).contains(try #require(generate.peakMemory)))
    // A shell that sleeps most of the time takes little of the processor.
    #expect((0...held).contains(try #require(generate.processorSeconds)))
    #expect(try #require(generate.seconds) >= held && generate.attempts == 1 && generate.host == Provenance.hostName())
    #expect(status.text.contains("-- sweep: 4 done") && status.text.hasSuffix("8 of 8 tasks done"))
    let again = try JSONDecoder.iso.decode(RunStatus.self, from: Data(jsonText(status).utf8))
    #expect(again.tasks.map(\.state) == status.tasks.map(\.state))
  }

  @Test func `The peak of memory is what the stage says itself, where that is more than was seen of it`() async throws {
    let bench = try Workbench()
    for output in ["dataset", "implicit-8"] { try bench.set("hold-\(output)") }
    async let summary = bench.execute()
    try await bench.wait(for: "start dataset")
    var progress = ProgressRecord(
      stage: "generate", unit: "draws", done: 4, total: 4, rate: 3, note: nil, updated: Date())
    progress.peakMemory = 5_000_000_000
    try progress.write(to: "\(bench.run)/progress/generate.json")
    try bench.clear("hold-dataset")
    try await bench.wait(for: "start implicit-8")
    try await Task.sleep(for: .milliseconds(300))
    try bench.clear("hold-implicit-8")
    #expect(try await summary.exitStatus == 0)
    #expect(try bench.record("generate").peakMemory == 5_000_000_000)
    // A stage without such a record was looked at.
    #expect((100_000..<100_000_000).contains(try #require(try bench.record("train-implicit-8").peakMemory)))
  }

  @Test func `A running task shows its progress and the time left, and what needs it waits`() async throws {
    let bench = try Workbench()
    try bench.set("hold-dataset")
    async let summary = bench.execute()
    try await bench.wait(for: "start dataset")
    try await bench.wait(until: "the record names the process") { try bench.record("generate").process != nil }
    let progress = ProgressRecord(
      stage: "generate", unit: "draws", done: 30, total: 120, rate: 3, note: nil, updated: Date())
    try progress.write(to: "\(bench.run)/progress/generate.json")
    let found = try await status(bench)
    let generate = try #require(found.tasks.first)
    #expect(generate.state == .running && generate.progress?.done == 30 && generate.secondsLeft == 30)
    #expect(found.tasks.dropFirst().allSatisfy { $0.state == .waiting })
    #expect(found.text.contains("30/120 draws 25% 3.0/s, 30s left") && found.isMoving)
    try bench.clear("hold-dataset")
    #expect(try await summary.exitStatus == 0)
    #expect(try await !status(bench).isMoving)
  }

  @Test func `A failed task shows its status and last lines, and what needs it is blocked`() async throws {
    let bench = try Workbench()
    try bench.set("fail-explicit-8", "65")
    _ = try await bench.execute(keepsGoing: true)
    let status = try await status(bench)
    let failed = try #require(status.tasks.first { $0.state == .failed })
    #expect(failed.task == "train-explicit-8" && failed.exitStatus == 65)
    #expect(failed.message == "working on explicit-8\nno luck with explicit-8")
    #expect(
      status.tasks.filter { $0.state == .blocked }.map(\.task) == [
        "sweep-explicit-8-test", "sweep-explicit-8-train", "aggregate",
      ])
    #expect(status.text.contains("train-explicit-8 failed: exit status 65 (badData)\n  | working on explicit-8"))
  }

  @Test func `An attempt that ended without a trace was killed`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    let task = try #require(try bench.plan().graph["train-implicit-8"])
    var record = try bench.record(task.id)
    record.state = .running
    record.process = ProcessIdentity(pid: getpid())
    record.process?.startTicks += 1
    try record.write(for: task)
    let found = try await status(bench)
    #expect(found.tasks.first { $0.task == task.id }?.state == .killed)
    #expect(found.text.contains("train-implicit-8 killed: its last attempt ended without a trace"))
    record.process = ProcessIdentity(pid: getpid())
    try record.write(for: task)
    #expect(try await status(bench).tasks.first { $0.task == task.id }?.state == .running)
  }

  @Test func `An interrupted task and one whose output is gone are told apart from those that never ran`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try FileManager.default.removeItem(atPath: "\(bench.run)/sweeps/implicit-8-test.sweep.h5")
    let task = try #require(try bench.plan().graph["train-explicit-8"])
    var record = try bench.record(task.id)
    (record.state, record.exitStatus) = (.interrupted, 75)
    try record.write(for: task)
    let states = Dictionary(uniqueKeysWithValues: try await status(bench).tasks.map { ($0.task, $0.state) })
    #expect(states["train-explicit-8"] == .interrupted && states["sweep-implicit-8-test"] == .outdated)
    #expect(states["generate"] == .done && states["sweep-implicit-8-train"] == .done)
  }

  @Test func `A folder that holds no run is named`() async throws {
    await #expect {
      _ = try await RunStatus(of: "/tmp")
    } throws: { ($0 as? Failure)?.status == .missingInput && ($0 as? Failure)?.location == "/tmp" }
  }
}

extension JSONDecoder {
  static var iso: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return decoder
  }
}
