import Foundation
import Testing

@testable import Pipeline

/// What is run again, and what is not.
@Suite struct RerunTests {
  @Test func `A change of the sweep sweeps again and trains nothing`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    for name in ["explicit-8-test.sweep", "implicit-8-test.sweep"] { try bench.set("content-\(name)", "new") }
    _ = try await bench.execute(bench.plan("sweep.iterations=16"))
    #expect(
      bench.started.sorted() == [
        "explicit-8-test.sweep", "explicit-8-train.sweep", "implicit-8-test.sweep", "implicit-8-train.sweep", "report",
      ])
  }

  @Test func `A change of one model trains and sweeps that model only`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    try bench.set("content-implicit-8", "wider")
    _ = try await bench.execute(bench.plan("models.implicit-8.embedding=16"))
    #expect(bench.started.sorted() == ["implicit-8", "implicit-8-test.sweep", "implicit-8-train.sweep", "report"])
  }

  @Test func `A model with a training of its own is not trained again when the common one changes`() async throws {
    let bench = try Workbench()
    let own = "models.implicit-8.training={phases: [{steps: 5, iterations: 3, learning_rate: 0.01}]}"
    _ = try await bench.execute(bench.plan(own))
    let found = try bench.assessments(bench.plan(own, "training.phases.0.steps=20"))
    #expect(found["train-explicit-8"] == "run: changed: training.phases.0.steps: 10 -> 20")
    #expect(found["train-implicit-8"] == "done")
    let other = try bench.assessments(bench.plan(own, "models.implicit-8.training.phases.0.steps=6"))
    #expect(other["train-implicit-8"] == "run: changed: models.implicit-8.training.phases.0.steps: 5 -> 6")
    #expect(other["train-explicit-8"] == "done")
  }

  @Test func `How often checkpoints are written makes nothing run again, in whichever section it stands`() async throws {
    let bench = try Workbench()
    let own = "models.implicit-8.training={phases: [{steps: 5, iterations: 3, learning_rate: 0.01}]}"
    _ = try await bench.execute(bench.plan(own))
    for key in ["training.checkpoint_seconds", "models.implicit-8.training.checkpoint_seconds"] {
      let found = try bench.assessments(bench.plan(own, "\(key)=7"))
      #expect(found.values.allSatisfy { $0 == "done" }, "\(key): \(found)")
    }
  }

  @Test func `A value written out that equals the default changes nothing`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    let summary = try await bench.execute(
      bench.plan("dataset.bound_deviation=10.0", "training.phases.0.learning_rate=1e-2"))
    #expect(bench.events.isEmpty && summary.exitStatus == 0)
  }

  @Test func `A split more is one sweep more for each model`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute(bench.plan("sweep.splits=[test]"))
    try bench.forgetEvents()
    _ = try await bench.execute()
    #expect(bench.started.sorted() == ["explicit-8-train.sweep", "implicit-8-train.sweep", "report"])
  }

  @Test func `A dataset that comes out the same makes nothing else run again`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    let plan = try bench.plan("dataset.cost_scale=0.02")
    #expect(try bench.assessments(plan)["train-implicit-8"] == "run if the output of generate changes")
    _ = try await bench.execute(plan)
    #expect(bench.started == ["dataset"])
  }

  @Test func `A dataset that comes out different makes everything run again`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    try bench.set("content-dataset", "other data")
    let summary = try await bench.execute(bench.plan("dataset.cost_scale=0.02"))
    #expect(summary.tasks(.done).count == 8)
    #expect(summary["train-implicit-8"]?.reason == "changed: input datasets/dataset.h5")
  }

  @Test(arguments: ["missing", "damaged", "replaced"])
  func `An output that is gone or spoilt is made again, and nothing else`(what: String) async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    let model = "\(bench.run)/models/implicit-8.h5"
    switch what {
    case "missing": try FileManager.default.removeItem(atPath: model)
    case "damaged": try bench.write("broken", to: model)
    default: try bench.write("another model", to: model)
    }
    let expected = [
      "missing": "run: its output is missing", "damaged": "run: its output is damaged: it is broken",
      "replaced": "run: its output is damaged: another program wrote it",
    ]
    #expect(try bench.assessments()["train-implicit-8"] == expected[what])
    _ = try await bench.execute()
    #expect(bench.started == ["implicit-8"])
  }

  @Test func `A lost report is written again`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    try FileManager.default.removeItem(atPath: "\(bench.run)/report")
    _ = try await bench.execute()
    #expect(bench.started == ["report"])
  }

  @Test func `An output with a new time but the same content counts as done`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: "\(bench.run)/datasets/dataset.h5")
    _ = try await bench.execute()
    #expect(bench.events.isEmpty)
  }

  @Test func `Another version of the tools makes everything again`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    for task in try bench.plan().graph.tasks {
      var record = try bench.record(task.id)
      record.basis.tool = "implicit-models 0.0.1, format 0.9"
      try record.write(for: task)
    }
    let reason = try bench.assessments()["generate"]
    #expect(reason == "run: changed: tool: implicit-models 0.0.1, format 0.9 -> \(Fingerprint.currentTool)")
    try bench.forgetEvents()
    _ = try await bench.execute()
    #expect(bench.started.count == 8)
  }

  @Test func `A record that cannot be read counts as none`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    try bench.write("{", to: "\(bench.run)/tasks/train-implicit-8.json")
    _ = try await bench.execute()
    #expect(bench.started == ["implicit-8"])
  }

  @Test func `The plan says which settings changed`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    let assessments = try bench.assessments(bench.plan("training.phases.0.steps=20", "seed=2"))
    #expect(
      assessments["train-implicit-8"] == "run: changed: seed: 1 -> 2; training.phases.0.steps: 10 -> 20")
    #expect(assessments["aggregate"]?.hasPrefix("run if the output of sweep-explicit-8-test, ") == true)
  }

  @Test func `Every part of a fingerprint counts`() throws {
    let task = try #require(try Workbench().plan().graph["train-implicit-8"])
    let dataset = try #require(task.inputs.first).path
    let fingerprint = Fingerprint(task, hashes: [dataset: "a"])
    var variants = [Fingerprint(task, hashes: [dataset: "b"]), fingerprint, fingerprint, fingerprint]
    variants[1].stage = .sweep
    variants[2].tool = "another"
    variants[3].settings["seed"] = "2"
    #expect(Set((variants + [fingerprint]).map(\.digest)).count == 5)
    for variant in variants { #expect(variant.changes(since: fingerprint).count == 1) }
    #expect(fingerprint.changes(since: fingerprint).isEmpty)
  }
}
