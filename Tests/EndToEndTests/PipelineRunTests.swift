import Foundation
import HDF5
import Testing

/// `implicit-pipeline run` with the real stages.
@Suite(.serialized) struct PipelineRunTests {
  /// What `implicit-pipeline run --json` says about a task, as far as the tests need it.
  struct Summary: Decodable {
    struct Entry: Decodable {
      var task: String
      var state: String
      var contentHash: String?
    }
    var tasks: [Entry]
    var reports: [String]

    func tasks(_ state: String) -> [String] { tasks.filter { $0.state == state }.map(\.task) }
    var hashes: [String: String?] { Dictionary(uniqueKeysWithValues: tasks.map { ($0.task, $0.contentHash) }) }
  }

  static func pipeline(_ arguments: String...) async throws -> Summary {
    let result = try await Executables.run("implicit-pipeline", ["run"] + arguments + ["--preset", "smoke", "--json"])
    try #require(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(Summary.self, from: Data(result.output.utf8))
  }

  @Test func `The smoke pipelines end in reports, and the second time nothing is done`() async throws {
    let folder = try TemporaryFolder()
    let arguments = ["run", "pipelines/all.yaml", "--preset", "smoke", "--out", "\(folder.path)/run"]
    let first = try await Executables.run("implicit-pipeline", arguments)
    try #require(first.status == 0, "\(first.errors)")
    let reports = first.output.split(separator: "\n").map(String.init)
    for name in ["deblurring", "linear-programs", "scalar-maps"] {
      #expect(reports.contains("\(folder.path)/run/\(name)/report/report.html"))
    }
    for report in reports { #expect(FileManager.default.fileExists(atPath: report), "\(report)") }

    let second = try await Executables.run("implicit-pipeline", arguments)
    #expect(second.status == 0 && second.output == first.output)
    #expect(!second.errors.contains("started"), "\(second.errors)")
    for report in reports {
      try Self.expectConstantMemory(ofRun: URL(filePath: report).deletingLastPathComponent().deletingLastPathComponent().path)
    }
  }

  /// The implicit adjoint needs the same memory for 5 and for 100 iterations, within 5 %; unrolling many times more.
  static func expectConstantMemory(ofRun folder: String) throws {
    var measured = 0
    for name in try names(in: "\(folder)/sweeps") {
      let file = try File.open("\(folder)/sweeps/\(name)")
      guard try file.attribute("is_iterative", as: UInt8.self) == 1, try file.contains("memory") else { continue }
      #expect(try file.dataset("memory/adjoint").read(String.self) == ["implicit", "unrolled"])
      #expect(try file.dataset("memory/iteration").read(Int64.self) == [5, 10, 20, 50, 100])
      let peaks = try file.dataset("memory/peak").read(Int64.self)
      let (implicit, unrolled) = (peaks[..<5], peaks[5...])
      let (least, most) = (Double(implicit.min() ?? 0), Double(implicit.max() ?? 0))
      #expect(least > 0 && most < 1.05 * least, "\(name): \(implicit)")
      #expect(zip(unrolled, unrolled.dropFirst()).allSatisfy { $0 < $1 }, "\(name): \(unrolled)")
      #expect(Double(unrolled[9]) > 5 * most, "\(name): \(peaks)")
      measured += 1
    }
    #expect(measured > 0, "no sweep of \(folder) holds a measurement")
  }

  @Test func `A plan lists the tasks and changes nothing`() async throws {
    struct Entry: Decodable {
      var index: Int
      var task: String
      var mustRun: Bool
      var status: String
      var command: [String]
    }
    let folder = try TemporaryFolder()
    let arguments = ["plan", "pipelines/linear-programs.yaml", "--preset", "smoke", "--out", "\(folder.path)/run"]
    let json = try await Executables.run("implicit-pipeline", arguments + ["--json"])
    let entries = try JSONDecoder().decode([Entry].self, from: Data(json.output.utf8))
    #expect(entries.map(\.index) == Array(0..<entries.count))
    #expect(entries.allSatisfy { $0.mustRun && $0.status == "run: it never ran" && $0.command.contains("--config") })
    #expect(entries.first?.task == "generate" && entries.last?.task == "aggregate")
    let text = try await Executables.run("implicit-pipeline", arguments)
    for entry in entries { #expect(text.output.contains("\(entry.task)  run: it never ran")) }
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/run"))
  }

  @Test(arguments: [
    (["run", "pipelines/all.yaml", "--preset", "smoke"], 64, "--out"),
    (["run", "pipelines/all.yaml", "--preset", "smok", "--out", "DIR/run"], 64, "smoke"),
    (["run", "pipelines/all.yaml", "--out", "DIR/run", "--threads", "0"], 64, "--threads"),
    (["run", "pipelines/all.yaml", "--out", "DIR/run", "--set", "sweep.iteration=3"], 64, "iterations"),
    (["run", "pipelines/none.yaml", "--out", "DIR/run"], 66, "none.yaml"),
    (["run", "pipelines/all.yaml", "--out", "DIR/run", "--bin", "DIR"], 66, "swift build"),
    (["run", "pipelines/all.yaml", "--out", "/proc/run"], 73, "another place for the output"),
  ])
  func `What cannot run ends with its status and says why`(arguments: [String], status: Int32, hint: String)
    async throws
  {
    let folder = try TemporaryFolder()
    let result = try await Executables.run(
      "implicit-pipeline", arguments.map { $0.replacing("DIR", with: folder.path) })
    #expect(result.status == status && result.errors.contains(hint), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test func `What is damaged or deleted is made again, and nothing else`() async throws {
    let folder = try TemporaryFolder()
    let run = "\(folder.path)/run"
    let first = try await Self.pipeline("pipelines/linear-programs.yaml", "--out", run)
    let model = try FileHandle(forUpdating: URL(fileURLWithPath: "\(run)/models/implicit-8.h5"))
    try model.truncate(atOffset: model.seekToEnd() / 2)
    try model.close()
    try FileManager.default.removeItem(atPath: "\(run)/sweeps/explicit-8-test.sweep.h5")
    let second = try await Self.pipeline("pipelines/linear-programs.yaml", "--out", run)
    // Both come out as they were, so that what is made from them stays.
    #expect(second.tasks("done") == ["train-implicit-8", "sweep-explicit-8-test"])
    #expect(second.tasks("up to date").count == first.tasks.count - 2)
    #expect(second.hashes == first.hashes)
  }

  @Test func `Shards and threads change no result`() async throws {
    let folder = try TemporaryFolder()
    let pipeline = "pipelines/linear-programs.yaml"
    let whole = try await Self.pipeline(pipeline, "--out", "\(folder.path)/whole", "--threads", "1")
    let parts = try await Self.pipeline(
      pipeline, "--out", "\(folder.path)/parts", "--threads", "3", "--set", "pipeline.shards=2")
    for task in whole.hashes.keys where task.hasPrefix("train") || task.hasPrefix("sweep") {
      #expect(whole.hashes[task] == parts.hashes[task], "\(task)")
    }
    #expect(whole.hashes["generate"] == parts.hashes["merge"])
  }
}

/// `implicit-pipeline run` that is stopped by signals.
@Suite(.serialized) struct PipelineSignalTests {
  static let arguments = [
    "run", "pipelines/linear-programs.yaml", "--preset", "smoke", "--set", "models.explicit-8=null", "--set",
    "sweep.splits=[test]", "--set", "training.phases.0.steps=300", "--out",
  ]

  /// Waits until the training has begun.
  static func training(in run: String) async throws {
    let deadline = Date().addingTimeInterval(60)
    while !FileManager.default.fileExists(atPath: "\(run)/progress/train-implicit-8.json") {
      try #require(Date() < deadline)
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  static func model(in run: String) throws -> String {
    struct Record: Decodable {
      struct Output: Decodable { var contentHash: String }
      var output: Output
    }
    let data = try #require(FileManager.default.contents(atPath: "\(run)/tasks/train-implicit-8.json"))
    return try JSONDecoder().decode(Record.self, from: data).output.contentHash
  }

  @Test func `A run that is stopped or killed ends right when it is started again`() async throws {
    let folder = try TemporaryFolder()
    let whole = try await Executables.run("implicit-pipeline", Self.arguments + ["\(folder.path)/whole"])
    try #require(whole.status == 0, "\(whole.errors)")
    let expected = try Self.model(in: "\(folder.path)/whole")

    for (signal, status) in [(SIGTERM, 75), (SIGINT, 75), (SIGKILL, 137)] {
      let run = "\(folder.path)/signal-\(signal)"
      let stopped = try await Executables.run("implicit-pipeline", Self.arguments + [run]) { process in
        try await Self.training(in: run)
        kill(process.value, signal)
      }
      #expect(stopped.status == Int32(status), "\(stopped.errors)")
      #expect(stopped.output.isEmpty)
      if signal != SIGKILL {
        #expect(Executables.processes(naming: run).isEmpty)
        #expect(FileManager.default.fileExists(atPath: "\(run)/models/implicit-8.checkpoint.h5"))
      }
      let again = try await Executables.run("implicit-pipeline", Self.arguments + [run])
      #expect(again.status == 0, "\(again.errors)")
      #expect(again.output == "\(run)/report/report.html\n")
      #expect(try Self.model(in: run) == expected, "signal \(signal)")
      #expect(Executables.processes(naming: run).isEmpty)
    }
  }
}
