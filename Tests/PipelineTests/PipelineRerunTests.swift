import Foundation
import Testing

@testable import Pipeline
@testable import Support

/// New results beside the old ones.
@Suite struct PipelineRerunTests {
  private func rerun(_ bench: Workbench, _ stage: Stage = .sweep, _ overrides: String..., name: String? = nil) throws
    -> PipelinePlan
  {
    try PipelineRerun(of: bench.run, from: stage, overrides: overrides, name: name, inspector: ByteInspector()).plan
  }

  @Test func `New sweeps are made from the models that are there, and nothing of the run is touched`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    let before = try hashOfBytes(bench.run)
    try bench.forgetEvents()
    let plan = try rerun(bench, .sweep, "sweep.iterations=64")
    #expect(plan.folder == "\(bench.run)/reruns/sweep.iterations=64")
    let summary = try await bench.execute(plan)
    #expect(summary.exitStatus == 0)
    #expect(
      bench.started.sorted() == [
        "explicit-8-test.sweep", "explicit-8-train.sweep", "implicit-8-test.sweep", "implicit-8-train.sweep", "report",
      ])
    let sweep = try #require(plan.graph["sweep-implicit-8-test"])
    #expect(sweep.output == "\(plan.folder)/sweeps/implicit-8-test.sweep.h5")
    #expect(sweep.arguments.contains("\(bench.run)/models/implicit-8.h5"))
    #expect(sweep.arguments.contains("sweep.iterations=64"))
    let status = try await RunStatus(of: bench.run, inspector: ByteInspector())
    #expect(status.reruns == [plan.folder] && status.count(.done) == 8)
    #expect(try await RunStatus(of: plan.folder, inspector: ByteInspector()).count(.done) == 5)
    try FileManager.default.removeItem(atPath: "\(bench.run)/reruns")
    #expect(try hashOfBytes(bench.run) == before)
  }

  @Test(arguments: [
    ("aggregate.iteration=3", ["report"], "aggregate"), ("title=another", ["report"], "aggregate"),
    (
      "sweep.iterations=4",
      ["explicit-8-test.sweep", "explicit-8-train.sweep", "implicit-8-test.sweep", "implicit-8-train.sweep", "report"], ""
    ),
    ("models.implicit-8.embedding=4", ["explicit-8", "implicit-8"], "train"),
  ]) func `What is made anew follows from what was changed`(override: String, made: [String], stage: String) async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    let plan = try PipelineRerun(
      of: bench.run, overrides: [override], inspector: ByteInspector()
    ).plan
    #expect(plan.folder == "\(bench.run)/reruns/\(stage.isEmpty ? "" : "\(stage)+")\(override)")
    _ = try await bench.execute(plan)
    #expect(Set(bench.started).isSuperset(of: made) && !bench.started.contains("dataset"))
    if stage != "train" { #expect(bench.started.sorted() == made.sorted()) }
  }

  @Test func `A change that leaves nothing of the run is refused where it was typed`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    let failure = try #require(throws: Failure.self) {
      try PipelineRerun(of: bench.run, overrides: ["dataset.constraints=3"], inspector: ByteInspector())
    }
    #expect(failure.status == .usage && failure.location == "--set dataset.constraints=3")
    _ = try await bench.execute(rerun(bench, name: "again"))
    let other = try #require(throws: Failure.self) { try rerun(bench, .sweep, "sweep.iterations=4", name: "again") }
    #expect(other.problem.hasSuffix("with other settings: those of the run"))
  }

  @Test func `A run that is going on cannot be built upon`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    let lock = try RunLock(bench.plan())
    defer { withExtendedLifetime(lock) {} }
    let failure = try #require(throws: Failure.self) { try rerun(bench, .sweep, "sweep.iterations=64") }
    #expect(failure.status == .cannotCreate && failure.problem.contains("another process is running a pipeline"))
  }

  @Test func `Of a run of several case studies one can be made anew, with settings that only it has`() async throws {
    let bench = try Workbench()
    try bench.write(Workbench.configuration, to: "second.yaml")
    try bench.write("pipelines: [case.yaml, second.yaml]", to: "all.yaml")
    let all = try PipelinePlan("\(bench.folder)/all.yaml", preset: nil, folder: bench.run)
    _ = try await bench.execute(all)
    try bench.forgetEvents()
    let plan = try PipelineRerun(
      of: bench.run, only: "second", overrides: ["sweep.iterations=4"], inspector: ByteInspector()
    ).plan
    #expect(plan.folder == "\(bench.run)/reruns/second+sweep.iterations=4")
    _ = try await bench.execute(plan)
    #expect(bench.started.count == 5)
    #expect(plan.graph.tasks.allSatisfy { $0.id.hasPrefix("second/") })
    let failure = try #require(throws: Failure.self) {
      try PipelineRerun(of: bench.run, only: "secnd", overrides: [], inspector: ByteInspector())
    }
    #expect(failure.remedy?.contains("did you mean `second`") == true)
  }

  @Test func `The second time nothing is done, also in a run that was moved`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    _ = try await bench.execute(rerun(bench, .sweep, "sweep.iterations=64"))
    try bench.forgetEvents()
    _ = try await bench.execute(rerun(bench, .sweep, "sweep.iterations=64"))
    #expect(bench.events.isEmpty)
    let moved = "\(bench.folder)/moved"
    try FileManager.default.moveItem(atPath: bench.run, toPath: moved)
    let plan = try PipelineRerun(
      of: moved, from: .sweep, overrides: ["sweep.iterations=64"], inspector: ByteInspector()
    ).plan
    #expect(plan.graph.assess(inspector: ByteInspector()).allSatisfy { $0.assessment.isDone })
    #expect(try await RunStatus(of: plan.folder, inspector: ByteInspector()).count(.done) == 5)
  }

  @Test func `Models can be made anew on the dataset that is there`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    let plan = try rerun(bench, .train, "training.phases.0.steps=20", name: "longer")
    #expect(plan.folder == "\(bench.run)/reruns/longer")
    _ = try await bench.execute(plan)
    #expect(bench.started.count == 7 && !bench.started.contains("dataset"))
    #expect(FileManager.default.fileExists(atPath: "\(plan.folder)/models/implicit-8.h5"))
  }

  @Test func `A change of what is not made anew is refused, with the stage to start from`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    #expect {
      try rerun(bench, .sweep, "training.phases.0.steps=20")
    } throws: { error in
      let text = "\(error)"
      return text.contains("training.phases.0.steps: 10 -> 20") && text.contains("rerun --stage train")
    }
    #expect { try rerun(bench, .generate) } throws: { "\($0)".contains("start one with another --out") }
    #expect { try rerun(bench, .sweep, name: "../x") } throws: { "\($0)".contains("expected a name") }
  }

  @Test func `A rerun of a run that is not finished is refused`() async throws {
    let bench = try Workbench()
    try bench.set("fail-explicit-8", "65")
    _ = try await bench.execute()
    #expect {
      try rerun(bench, .sweep, "sweep.iterations=64")
    } throws: { ($0 as? Failure)?.status == .missingInput && "\($0)".contains("train-explicit-8 is not done") }
  }

  @Test func `A name stands for one set of changes`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    _ = try await bench.execute(rerun(bench, .sweep, "sweep.iterations=64", name: "long"))
    #expect { try rerun(bench, .sweep, "sweep.iterations=32", name: "long") } throws: { "\($0)".contains("another --name") }
    let first = try rerun(bench, .sweep, "sweep.perturbations.kinds=[A, b]").folder
    let second = try rerun(bench, .sweep, "sweep.perturbations.kinds=[A,b]").folder
    #expect(first != second && !first.contains(" ") && !first.contains("["))
  }
}
