import Foundation
import Support
import Testing

@testable import Pipeline

/// Order, threads, and what a run leaves behind.
@Suite struct RunTests {
  @Test func `A run makes each file after those it is made from and ends in the report`() async throws {
    let bench = try Workbench()
    let summary = try await bench.execute()
    #expect(summary.exitStatus == 0 && summary.isComplete)
    #expect(summary.reports == ["\(bench.run)/report/report.html"])
    #expect(summary.states.values.allSatisfy { $0 == .done })
    for file in [
      "datasets/dataset.h5", "models/implicit-8.h5", "sweeps/implicit-8-test.sweep.h5",
      "sweeps/explicit-8-train.sweep.h5", "report/report.html",
    ] {
      #expect(FileManager.default.fileExists(atPath: "\(bench.run)/\(file)"), "\(file)")
    }
    let events = bench.events
    for task in try bench.plan().graph.tasks {
      let name = try #require(task.output.split(separator: "/").last?.replacing(".h5", with: ""))
      let start = try #require(events.firstIndex { $0.hasPrefix("start \(name) ") })
      for input in task.inputs {
        let source = try #require(input.path.split(separator: "/").last?.replacing(".h5", with: ""))
        #expect(try #require(events.firstIndex(of: "end \(source)")) < start, "\(source) before \(name)")
      }
    }
  }

  @Test func `The second run does nothing`() async throws {
    let bench = try Workbench()
    let first = try await bench.execute()
    try bench.forgetEvents()
    let second = try await bench.execute()
    #expect(bench.events.isEmpty)
    #expect(second.exitStatus == 0 && second.reports == first.reports)
    #expect(second.states.values.allSatisfy { $0 == .upToDate })
    #expect(second.tasks.map(\.contentHash) == first.tasks.map(\.contentHash))
  }

  @Test func `A run that was copied elsewhere is still done`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    let copy = "\(bench.folder)/copy"
    try FileManager.default.copyItem(atPath: bench.run, toPath: copy)
    let plan = try PipelinePlan(bench.pipeline, preset: nil, folder: copy)
    #expect(try await bench.execute(plan).states.values.allSatisfy { $0 == .upToDate })
    #expect(bench.events.isEmpty)
  }

  @Test func `Independent tasks run side by side and share the threads`() async throws {
    let bench = try Workbench()
    for model in ["explicit-8", "implicit-8"] { try bench.set("hold-\(model)") }
    async let summary = bench.execute(threads: 3)
    try await bench.wait(for: "start explicit-8")
    try await bench.wait(for: "start implicit-8")
    for model in ["explicit-8", "implicit-8"] { try bench.clear("hold-\(model)") }
    #expect(try await summary.exitStatus == 0)
    // Alone the dataset has all three; the two trainings have two and one.
    #expect(bench.events.contains("start dataset with 3"))
    let trainings = bench.events.filter { $0.wholeMatch(of: /start (ex|im)plicit-8 with [0-9]/) != nil }
    #expect(trainings.compactMap(\.last).sorted() == ["1", "2"])
  }

  @Test func `Finished models and datasets are not made anew with other settings unless that is said`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.forgetEvents()
    let other = try bench.plan("training.phases.0.steps=20", "dataset.constraints=3")
    let failure = try await #require(throws: Failure.self) { try await bench.execute(other, replaces: false) }
    #expect(failure.status == .usage && failure.problem.contains("generate: dataset.constraints: 2 -> 3"))
    #expect(failure.problem.contains("train-implicit-8: training.phases.0.steps: 10 -> 20"))
    #expect(failure.remedy?.contains("--replace") == true && bench.events.isEmpty)
    // Other sweeps of the same models lose nothing that took hours.
    #expect(try await bench.execute(bench.plan("sweep.iterations=9"), replaces: false).exitStatus == 0)
    #expect(try await bench.execute(other, replaces: true).exitStatus == 0)
  }

  @Test func `A case study is finished before the trainings of the next one begin`() async throws {
    let bench = try Workbench()
    try bench.write(Workbench.configuration, to: "second.yaml")
    try bench.write("pipelines: [case.yaml, second.yaml]", to: "all.yaml")
    let plan = try PipelinePlan("\(bench.folder)/all.yaml", preset: nil, folder: bench.run)
    _ = try await bench.execute(plan, threads: 1)
    // The stand-ins have the same names in both.
    #expect(bench.started.firstIndex(of: "report") == 7 && bench.started.count == 16)
  }

  @Test func `What is announced says the preset, or that there is none and which there are`() throws {
    let bench = try Workbench(Workbench.configuration + "\npresets: {tiny: {sweep: {iterations: 2}}, small: {}}\n")
    let plan = try bench.plan()
    #expect(plan.announcement.contains("without a preset, which is its full size (presets: small, tiny)"))
    #expect(plan.announcement.contains("8 tasks"))
    let tiny = try PipelinePlan(bench.pipeline, preset: "tiny", folder: bench.run)
    #expect(tiny.announcement.contains("preset tiny of "))
  }

  @Test func `How long a run still takes follows from tasks like those that are left`() async throws {
    let bench = try Workbench()
    let tasks = try bench.plan().graph.tasks
    var forecast = RunForecast(tasks, threads: 2)
    #expect(forecast.text(running: []) == nil)
    forecast.settle("generate", seconds: 1, threads: 2)
    let first = try #require(tasks.first { $0.id == "train-explicit-8" })
    // Of the other training and of the sweeps nothing is known.
    #expect(forecast.text(running: [(first, 100, 1)]) == "more than 1m40s left")
    forecast.settle("train-explicit-8", seconds: 100, threads: 1)
    forecast.settle("sweep-explicit-8-test", seconds: 20, threads: 1)
    let second = try #require(tasks.first { $0.id == "train-implicit-8" })
    // 100 s of training at work, and three sweeps of 20 s beside it and behind it.
    #expect(forecast.text(running: [(second, nil, 1)]) == "about 1m40s left")
    forecast.settle("train-implicit-8", seconds: 100, threads: 1)
    #expect(forecast.text(running: []) == "about 30s left")
  }

  @Test func `With one thread there is never more than one task`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute(threads: 1)
    var running = 0
    for event in bench.events {
      running += event.hasPrefix("start") ? 1 : -1
      #expect((0...1).contains(running))
    }
  }

  @Test func `What took longest before is started first`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute(threads: 1)
    for (model, seconds) in [("explicit-8", 1.0), ("implicit-8", 100.0)] {
      let task = try #require(try bench.plan().graph["train-\(model)"])
      var record = try bench.record(task.id)
      record.seconds = seconds
      try record.write(for: task)
    }
    try bench.forgetEvents()
    _ = try await bench.execute(bench.plan("training.phases.0.steps=20"), threads: 1)
    #expect(bench.started.prefix(2) == ["implicit-8", "explicit-8"])
  }

  @Test func `Each task has a record, and a log to which attempts are appended`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    _ = try await bench.execute(bench.plan("training.phases.0.steps=20"))
    let record = try bench.record("train-implicit-8")
    #expect(record.state == .done && record.attempts == 2 && record.exitStatus == 0 && record.process == nil)
    #expect(record.fingerprint == record.basis.digest)
    #expect(record.basis.settings["training.phases.0.steps"] == "20")
    let log = try String(contentsOfFile: "\(bench.run)/logs/train-implicit-8.log", encoding: .utf8)
    #expect(log.split(separator: "\n").count { $0.hasPrefix("=== ") } == 2)
    #expect(log.contains("attempt 2: \(bench.folder)/bin/implicit-train --config"))
    #expect(log.split(separator: "\n").count { $0 == "working on implicit-8" } == 2)
  }

  @Test func `The run folder says which tasks it consists of`() async throws {
    let bench = try Workbench()
    let plan = try bench.plan()
    _ = try await bench.execute(plan)
    let data = try #require(FileManager.default.contents(atPath: "\(bench.run)/pipeline.json"))
    #expect(try JSONDecoder().decode(PipelinePlan.self, from: data) == plan)
  }
}
