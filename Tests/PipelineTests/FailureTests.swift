import Foundation
import Support
import Testing

/// What a run does when a task fails.
@Suite struct FailureTests {
  @Test func `After a failure running tasks end and no new ones start`() async throws {
    let bench = try Workbench()
    try bench.set("fail-explicit-8", "65")
    try bench.set("hold-implicit-8")
    async let summary = bench.execute()
    try await bench.wait(for: "start implicit-8")
    try await bench.wait(for: "start explicit-8")
    try await bench.wait(until: "explicit-8 has failed") { try bench.record("train-explicit-8").state == .failed }
    try bench.clear("hold-implicit-8")
    let result = try await summary
    #expect(result.exitStatus == 65 && !result.isComplete)
    #expect(result.tasks(.failed) == ["train-explicit-8"])
    #expect(result.states["train-implicit-8"] == .done)
    #expect(result.tasks(.notStarted) == ["sweep-implicit-8-test", "sweep-implicit-8-train"])
    #expect(result.tasks(.blocked) == ["sweep-explicit-8-test", "sweep-explicit-8-train", "aggregate"])
  }

  @Test func `With keep-going the tasks that do not need the failed one run too`() async throws {
    let bench = try Workbench()
    try bench.set("fail-explicit-8", "65")
    let summary = try await bench.execute(keepsGoing: true)
    #expect(summary.exitStatus == 65)
    #expect(summary.states["sweep-implicit-8-test"] == .done && summary.states["sweep-implicit-8-train"] == .done)
    #expect(summary.tasks(.blocked) == ["sweep-explicit-8-test", "sweep-explicit-8-train", "aggregate"])
  }

  @Test func `A failure shows the status, the last lines, the log and the command`() async throws {
    let bench = try Workbench()
    try bench.set("fail-dataset", "65")
    let summary = try await bench.execute()
    let result = try #require(summary["generate"])
    #expect(result.exitStatus == 65 && result.message == "working on dataset\nno luck with dataset")
    let text = summary.text
    for part in [
      "generate failed: exit status 65 (badData)", "| no luck with dataset", "log: \(bench.run)/logs/generate.log",
      "by hand: \(bench.folder)/bin/implicit-generate linear-programs --config \(bench.pipeline) --out",
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
  }

  @Test func `Only the lines of the last attempt are shown`() async throws {
    let bench = try Workbench()
    try bench.set("fail-dataset", "65")
    _ = try await bench.execute()
    let again = try await bench.execute()
    #expect(again["generate"]?.message == "working on dataset\nno luck with dataset")
    #expect(again["generate"]?.reason == "it failed, exit status 65 (badData)")
  }

  @Test func `After the cause is removed the next run makes just what is missing`() async throws {
    let bench = try Workbench()
    try bench.set("fail-explicit-8", "65")
    _ = try await bench.execute(keepsGoing: true)
    try bench.clear("fail-explicit-8")
    try bench.forgetEvents()
    #expect(try await bench.execute().exitStatus == 0)
    #expect(
      bench.started == ["explicit-8", "explicit-8-test.sweep", "explicit-8-train.sweep", "report"]
        || bench.started == ["explicit-8", "explicit-8-train.sweep", "explicit-8-test.sweep", "report"])
  }

  @Test func `A stage that is killed is a failure with the name of the signal`() async throws {
    let bench = try Workbench()
    try bench.set("kill-dataset")
    let summary = try await bench.execute()
    #expect(summary.exitStatus == 137)
    #expect(summary.text.contains("generate failed: ended by SIGKILL"))
  }

  @Test func `A stage that ends well without its output has failed`() async throws {
    let bench = try Workbench()
    try bench.set("nothing-dataset")
    let summary = try await bench.execute()
    #expect(summary.exitStatus == ExitStatus.bug.rawValue)
    #expect(summary["generate"]?.message?.contains("there is no such file") == true)
  }

  @Test func `A stage without an executable is found before anything runs`() async throws {
    let bench = try Workbench()
    try FileManager.default.removeItem(atPath: "\(bench.folder)/bin/implicit-aggregate")
    await #expect {
      _ = try await bench.execute()
    } throws: { error in
      let failure = error as? Failure
      return failure?.status == .missingInput && failure?.location == "\(bench.folder)/bin/implicit-aggregate"
    }
    #expect(bench.events.isEmpty)
  }

  @Test func `A number outside its band is the verdict of a finished run, now and later`() async throws {
    let bench = try Workbench()
    try await withKnownVerdict(bench)
    try bench.forgetEvents()
    let second = try await bench.execute()
    #expect(second.exitStatus == 77 && second.isComplete && bench.events.isEmpty)
    #expect(second.text.contains("aggregate ended with exit status 77 (outsideBand)"))
    #expect(second.text.contains("| outside its band"))
  }

  /// Runs everything but the report first, because the script's verdict holds for all stages.
  private func withKnownVerdict(_ bench: Workbench) async throws {
    _ = try await bench.execute()
    try FileManager.default.removeItem(atPath: "\(bench.run)/report")
    try bench.set("verdict")
    let summary = try await bench.execute()
    #expect(summary.exitStatus == 77 && summary.isComplete && summary.states["aggregate"] == .done)
  }

  @Test func `Only the report may end with a verdict`() async throws {
    let bench = try Workbench()
    try bench.set("verdict")
    let summary = try await bench.execute()
    #expect(summary.exitStatus == 77 && summary.states["generate"] == .failed)
  }
}
