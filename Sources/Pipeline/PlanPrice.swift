import Foundation
import Subprocess
import Support
import SystemPackage

/// What the tasks of a plan take, before any of them runs: as they took when they ran before, or judged by a few timed blocks, steps and
/// samples.
public struct PlanPrice: Sendable {
  /// The price of one task.
  public struct Entry: Codable, Equatable, Sendable {
    /// Its identifier.
    public var task: String
    /// Seconds of one thread; nil where nobody knows.
    public var seconds: Double?
    /// In bytes; nil where nobody knows.
    public var memory: Int?
    /// Whether it took that when it ran before, with the same settings.
    public var isRecorded: Bool
  }

  /// In the order of the tasks that are to be done.
  public let entries: [Entry]
  /// Seconds of one thread of all tasks together.
  public var total: Double { entries.compactMap(\.seconds).reduce(0, +) }
  /// Seconds of the longest chain of tasks that wait for each other, each by one thread.
  public let criticalPath: Double

  /// - Parameters:
  ///   - plan: what would be done; what is done costs nothing.
  ///   - executables: with implicit-benchmark among them.
  ///   - patience: seconds for one timing; what takes longer has no price.
  ///   - say: is told what is being timed.
  /// - Throws: `Failure` where a part cannot be timed, as it could not be run.
  public init(
    _ plan: PipelinePlan, executables: StageExecutables, patience: Double = 120,
    inspector: any OutputInspector = StandardInspector(),
    say: (String) -> Void = { _ in }
  ) async throws {
    let open = plan.graph.assess(inspector: inspector).filter { plan.makes($0.task) && !$0.assessment.isDone }.map(\.task)
    let folder = FileManager.default.temporaryDirectory.appending(path: "price-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var meter = Meter(executables: executables, folder: folder, patience: patience)
    var entries: [Entry] = []
    for task in open {
      if let record = TaskRecord.read(task), record.state == .done, record.basis.settings == task.settings {
        entries.append(
          Entry(task: task.id, seconds: record.work, memory: record.peakMemory, isRecorded: true))
        continue
      }
      say("timing \(task.id)")
      let price = try await meter.price(of: task, in: plan.graph)
      entries.append(Entry(task: task.id, seconds: price?.seconds, memory: price?.memory, isRecorded: false))
    }
    self.entries = entries
    let seconds = Dictionary(uniqueKeysWithValues: entries.map { ($0.task, $0.seconds ?? 0) })
    var ends: [String: Double] = [:]
    for task in plan.graph.tasks {
      ends[task.id] = (plan.graph.upstream(of: task).compactMap { ends[$0] }.max() ?? 0) + (seconds[task.id] ?? 0)
    }
    criticalPath = ends.values.max() ?? 0
  }

  /// A table, and what it comes to.
  public var text: String {
    let rows =
      [["task", "time", "memory", "known from"]]
      + entries.map { entry in
        [
          entry.task, entry.seconds.map { durationText($0, tenths: true) } ?? "?",
          entry.memory.map { String(format: "%.0f MiB", Double($0) / 1_048_576) } ?? "?",
          entry.isRecorded ? "its last run" : entry.seconds == nil ? "nothing" : "a few steps",
        ]
      }
    return (TextTable(rows).lines + [summary]).joined(separator: "\n")
  }

  /// `about 3h12m of one thread, the longest chain 1h40m, at most 2.1 GiB a task`
  public var summary: String {
    guard !entries.isEmpty else { return "nothing is to be done" }
    let memory =
      entries.compactMap(\.memory).max().map { String(format: ", at most %.1f GiB a task", Double($0) / 1_073_741_824) } ?? ""
    let unknown = entries.count { $0.seconds == nil && !$0.task.hasSuffix("aggregate") }
    let bound = unknown > 0 ? "more than" : "about"
    return
      "\(bound) \(durationText(total, tenths: true)) of one thread, the longest chain \(durationText(criticalPath, tenths: true))\(memory)"
  }
}

/// Times parts of stages in processes of their own.
private struct Meter {
  let executables: StageExecutables
  let folder: String
  /// Seconds for one timing.
  let patience: Double
  /// By the folder of a case study's dataset, or the path of one that is there.
  private var data: [String: (price: DataPrice, sample: String)?] = [:]
  private var models: [String: ModelPrice?] = [:]

  init(executables: StageExecutables, folder: String, patience: Double) {
    (self.executables, self.folder, self.patience) = (executables, folder, patience)
  }

  mutating func price(of task: PipelineTask, in graph: TaskGraph) async throws -> TaskPrice? {
    switch task.stage {
    case .merge, .aggregate: return nil
    case .generate:
      guard let price = try await dataPrice(task)?.price.generate else { return nil }
      let shards = task.settings["shard"]?.split(separator: "/").last.flatMap { Double($0) } ?? 1
      return TaskPrice(seconds: price.seconds / shards, memory: price.memory)
    case .train: return try await modelPrice(task, graph)?.train
    case .sweep:
      guard let trained = task.inputs.compactMap({ graph[$0.producer] }).first(where: { $0.stage == .train }),
        let price = try await modelPrice(trained, graph)
      else { return nil }
      let samples = try await dataPrice(for: trained, graph)?.price.samples[task.settings["split"] ?? ""] ?? 0
      let limit = task.settings["sweep.samples"].flatMap { Int($0) } ?? samples
      return TaskPrice(
        seconds: price.sweep.seconds + price.secondsOfSample * Double(min(samples, limit)), memory: price.sweep.memory)
    }
  }

  /// The price of the dataset that a model is trained on: of drawing it, or nothing where it is there.
  private mutating func dataPrice(for task: PipelineTask, _ graph: TaskGraph) async throws -> (price: DataPrice, sample: String)?
  {
    if let generator = graph.needed(for: task).first(where: { $0.stage == .generate }) { return try await dataPrice(generator) }
    guard let own = task.externalFiles.first(where: { $0.key == PipelineTask.ownDataset }) else { return nil }
    if let known = data[own.path] { return known }
    let price: DataPrice? = try await run(["price-data"] + configuration(task) + ["--dataset", own.path])
    let found = price.map { (price: $0, sample: own.path) }
    data[own.path] = .some(found)
    return found
  }

  /// The options that lead to the configuration of a task.
  private func configuration(_ task: PipelineTask) -> [String] {
    var options: [String] = []
    var rest = task.arguments[...]
    while let argument = rest.popFirst() {
      let name = argument.prefix { $0 != "=" }
      guard ["--config", "--preset", "--set"].contains(name) else { continue }
      options.append(argument)
      if argument == name, let value = rest.popFirst() { options.append(value) }
    }
    return options
  }

  private mutating func dataPrice(_ task: PipelineTask) async throws -> (price: DataPrice, sample: String)? {
    if let known = data[task.folder] { return known }
    let sample = "\(folder)/sample-\(data.count).h5"
    let price: DataPrice? = try await run(["price-data"] + configuration(task) + ["--out", sample])
    let found = price.map { (price: $0, sample: sample) }
    data[task.folder] = .some(found)
    return found
  }

  private mutating func modelPrice(_ task: PipelineTask, _ graph: TaskGraph) async throws -> ModelPrice? {
    if let known = models[task.id] { return known }
    guard let name = task.settings["model"], let (price, sample) = try await dataPrice(for: task, graph) else { return nil }
    let found: ModelPrice? = try await run(
      ["price-model"] + configuration(task)
        + ["--model=\(name)", "--dataset", sample, "--samples", "\(price.samples["train"] ?? 0)"])
    models[task.id] = .some(found)
    return found
  }

  /// - Returns: nil for what takes longer than the patience.
  private func run<Price: Decodable & Sendable>(_ arguments: [String]) async throws -> Price? {
    let program = "\(executables.folder)/implicit-benchmark"
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw Failure(
        .missingInput, "the program that times parts of the stages is missing", at: program,
        remedy: "build it: swift build -c release")
    }
    let timeout = patience
    let ended = try await withThrowingTaskGroup(of: ExecutionResult<Void, StringOutput<UTF8>, StringOutput<UTF8>>?.self) {
      group in
      group.addTask {
        try await Subprocess.run(
          .path(FilePath(program)), arguments: Arguments(arguments), input: .none, output: .string(limit: 1 << 20),
          error: .string(limit: 1 << 20))
      }
      group.addTask {
        try await Task.sleep(for: .seconds(timeout))
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    guard let result = ended else { return nil }
    guard result.terminationStatus.isSuccess else {
      throw Failure(
        .badData, "a part of the stages cannot be timed:\n\(result.standardError.suffix(1000))",
        at: shellCommand([program] + arguments),
        remedy: "what is wrong with it would also be wrong in the run")
    }
    return try JSONText.decode(Price.self, from: Data(result.standardOutput.utf8))
  }
}
