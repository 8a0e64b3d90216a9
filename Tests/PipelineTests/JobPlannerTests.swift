import Foundation
import Support
import Testing

@testable import Pipeline

/// How tasks become jobs and what the jobs wait for.
@Suite struct JobPlannerTests {
  static func profile(_ text: String = "", defaults: String = "") throws -> SlurmProfile {
    let path = FileManager.default.temporaryDirectory.appending(path: "profile-\(UUID().uuidString).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("signal_seconds: 60\n\(text)\ndefaults: {time: \"1:00:00\"\(defaults)}\n".utf8).write(
      to: URL(fileURLWithPath: path))
    return try SlurmProfile(path)
  }

  /// Two shards, two models, two splits.
  static func graph(_ overrides: String...) throws -> TaskGraph {
    let bench = try Workbench()
    return try PipelinePlan(
      bench.pipeline, preset: nil, overrides: ["pipeline.shards=2"] + overrides, folder: bench.run
    ).graph
  }

  /// `name indices <- condition`, with the names of other drafts for their numbers.
  static func describe(
    _ graph: TaskGraph, _ wanted: [String]? = nil, live: [String: SlurmJob] = [:], _ profile: SlurmProfile? = nil,
    arraySize: Int = 1001
  ) throws -> [String] {
    let drafts = try JobPlanner(
      graph, submitting: Set(wanted ?? graph.tasks.map(\.id)), live: live, profile ?? Self.profile(), arraySize: arraySize
    ).drafts()
    return drafts.map { draft in
      [draft.name, draft.indices(limit: nil), draft.condition { drafts[$0].name }.map { "<- \($0)" }].compactMap { $0 }
        .joined(separator: " ")
    }
  }

  @Test func `Each kind of task is one array; sweeps wait for their model only, merge and report for all`() throws {
    #expect(
      try Self.describe(Self.graph()) == [
        "generate 0-1", "merge <- afterok:generate", "train 0-1 <- afterok:merge",
        "sweep-test 0-1 <- aftercorr:train", "sweep-train 0-1 <- aftercorr:train",
        "aggregate <- afterok:sweep-test:sweep-train",
      ])
  }

  @Test func `Only what is wanted is submitted, with the index it had before`() throws {
    let wanted = ["train-implicit-8", "sweep-implicit-8-test", "sweep-implicit-8-train", "aggregate"]
    #expect(
      try Self.describe(Self.graph(), wanted) == [
        "train 1", "sweep-test 1 <- aftercorr:train", "sweep-train 1 <- aftercorr:train",
        "aggregate <- afterok:sweep-test:sweep-train",
      ])
  }

  @Test func `What is ready does not wait with what is not`() throws {
    let wanted = ["train-implicit-8", "sweep-explicit-8-test", "sweep-implicit-8-test"]
    #expect(
      try Self.describe(Self.graph(), wanted) == ["train 1", "sweep-test-1 0", "sweep-test-2 1 <- aftercorr:train"])
  }

  @Test func `Jobs that are in the queue already are waited for, element by element`() throws {
    let live = ["train-explicit-8": SlurmJob("17", element: 0), "train-implicit-8": SlurmJob("17", element: 1)]
    #expect(
      try Self.describe(
        Self.graph(), ["sweep-explicit-8-test", "sweep-implicit-8-test", "sweep-implicit-8-train"], live: live
      ) == ["sweep-test 0-1 <- aftercorr:17", "sweep-train 1 <- aftercorr:17"])
    let shards = ["generate-1-of-2": SlurmJob("9", element: 0), "generate-2-of-2": SlurmJob("12", element: 1)]
    #expect(try Self.describe(Self.graph(), ["merge"], live: shards) == ["merge <- afterok:9_0:12_1"])
  }

  @Test func `Arrays are cut where the site allows no more indices`() throws {
    let graph = try Self.graph("pipeline.shards=5", "sweep.splits=[test]")
    let drafts = try Self.describe(graph, arraySize: 2)
    #expect(
      drafts.prefix(4) == [
        "generate-1 0-1", "generate-2 0-1", "generate-3 0", "merge <- afterok:generate-1:generate-2:generate-3",
      ])
  }

  @Test func `Several tasks share a job if the profile says so`() throws {
    let graph = try Self.graph("pipeline.shards=5")
    let profile = try Self.profile(defaults: ", tasks_per_job: 2")
    let drafts = try JobPlanner(
      graph, submitting: Set(graph.tasks.map(\.id)), live: [:], profile, arraySize: 1001
    ).drafts()
    #expect(drafts[0].elements.map(\.tasks.count) == [2, 2, 1])
    #expect(drafts[0].elements[2] == JobElement(index: 2, tasks: ["generate-5-of-5"]))
    // Both models are one element now, as are their sweeps.
    #expect(try Self.describe(graph, profile).contains("sweep-test 0 <- aftercorr:train"))
  }

  @Test func `With a limit of jobs the largest arrays share jobs first, and one that cannot be kept is refused`() throws {
    let graph = try Self.graph("pipeline.shards=8")
    func count(_ limit: Int, live: [String: SlurmJob] = [:]) throws -> Int {
      let wanted = graph.tasks.map(\.id).filter { live[$0] == nil }
      return try JobPlanner(
        graph, submitting: Set(wanted), live: live, Self.profile("submit_limit: \(limit)"), arraySize: 1001
      ).drafts().reduce(0) { $0 + $1.elements.count }
    }
    #expect(try count(100) == 16)
    #expect(try count(12) == 12)
    #expect(try count(6) == 6)
    #expect(try count(8, live: ["generate-1-of-8": SlurmJob("1", element: 0)]) <= 7)
    #expect { try count(5) } throws: { ($0 as? Failure)?.location?.hasSuffix("submit_limit") == true }
  }

  static func describe(_ graph: TaskGraph, _ profile: SlurmProfile) throws -> [String] {
    try describe(graph, nil, live: [:], profile)
  }

  @Test func `Thousands of tasks are cut in no time`() throws {
    let graph = try Self.graph("pipeline.shards=3000")
    #expect(try Self.describe(graph).first == "generate 0-1000".replacing("generate", with: "generate-1"))
  }
}
