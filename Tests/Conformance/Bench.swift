import Configuration
import Foundation
import Records
import Report
import StudyKit
import Support
import Synchronization

@testable import Stages

/// What makes the preset `smoke` of any case study smaller.
let smallerOverrides = overridesWithoutMemory + ["sweep.memory.iterations=[1, 2]"]
let overridesWithoutMemory = [
  "sweep.iterations=5", "sweep.samples=4", "sweep.chunk=2", "aggregate.iteration=4", "aggregate.expect=[]",
]

/// One case study in a folder of its own, at a preset, by default `smoke` made smaller still.
struct Bench<Case: CaseStudy>: Sendable {
  let pipeline: String
  let folder: String
  let preset: String
  /// Come before those of every call.
  let overrides: [String]

  init(_ pipeline: String, folder: String, preset: String = "smoke", overrides: [String] = smallerOverrides) {
    (self.pipeline, self.folder, self.preset, self.overrides) = (pipeline, folder, preset, overrides)
  }

  func document(_ more: [String] = []) throws -> ConfigurationDocument {
    try ConfigurationDocument.load(pipeline, preset: preset, overrides: overrides + more)
  }

  func configuration(_ more: [String] = []) throws -> ExperimentConfiguration<Case> {
    try ExperimentConfiguration(document(more))
  }

  func path(_ name: String) -> String { "\(folder)/\(name).h5" }

  /// - Returns: the content hash.
  @discardableResult
  func generate(
    _ name: String = "dataset", shard: Shard? = nil, resumes: Bool = false, threads: Int = 2, _ more: [String] = []
  ) throws -> String {
    try GenerateStage(output: path(name), shard: shard, resumes: resumes, threads: threads, progress: nil)
      .run(configuration(more))
  }

  /// - Parameter initial: the model that it starts from, if it does; nil for the one of its name.
  @discardableResult
  func train(
    _ model: String, as name: String? = nil, dataset: String = "dataset", initial: String? = nil, resumes: Bool = false,
    threads: Int = 2, _ more: [String] = []
  ) throws -> String {
    let configuration = try configuration(more)
    let initial = try initial ?? configuration.model(model).initial
    return try TrainStage(
      modelName: model, dataset: path(dataset), output: path(name ?? model), initial: initial.map(path), resumes: resumes,
      threads: threads, device: .cpu, progress: nil, replaces: true
    ).run(configuration)
  }

  @discardableResult
  func sweep(
    _ model: String, as name: String? = nil, dataset: String = "dataset", split: Split = .test, resumes: Bool = false,
    threads: Int = 2, _ more: [String] = []
  ) throws -> String {
    try SweepStage(
      model: path(model), dataset: path(dataset), split: split, output: path(name ?? "\(model).sweep"), resumes: resumes,
      threads: threads, device: .cpu, progress: nil, replaces: true
    ).run(configuration(more))
  }

  /// What `implicit-aggregate` makes of these sweeps.
  func aggregation(_ sweeps: [String], _ more: [String] = []) throws -> Aggregation {
    let document = try document(more)
    let title = try document.root.text("title", default: Case.title, "heading of the report")
    let references = try document.root.texts("references", default: Case.references, "literature")
    return try Aggregation(
      sweeps: sweeps.map { try SweepRecord(reading: path($0)) },
      settings: AggregationSettings(document.section("aggregate", "the report and its expected bands")),
      published: (Case.self as? any HasPublishedResults.Type)?.publishedResults ?? [],
      description: .init(title: title, references: references),
      studyFigures: {
        guard let study = Case.self as? any HasFigures.Type else { return .init() }
        return try figures(of: study, $0)
      })
  }

  private func figures<Drawn: HasFigures>(of study: Drawn.Type, _ models: [ModelSweeps]) throws -> Aggregation.StudyFigures {
    .init(figures: try study.figures(models.map { try FigureInput<Drawn>($0.first) }))
  }
}

/// The dataset, the models and the sweeps of one case study, made once for all tests.
struct SmokeRun<Case: CaseStudy>: Sendable {
  let bench: Bench<Case>
  let datasetHash: String
  /// In the order in which they were trained: those that others start from come first.
  let models: [Entry]
  let modelHashes: [String: String]
  /// Of the models that are measured.
  let sweepHashes: [String: String]

  struct Entry: Sendable {
    var name: String
    var architecture: String
  }

  var sweeps: [String] { models.map { "\($0.name).sweep" }.filter { sweepHashes[$0] != nil } }

  /// The first model of every architecture.
  var oneOfEachArchitecture: [String] {
    var seen: Set<String> = []
    return models.filter { seen.insert($0.architecture).inserted }.map(\.name)
  }

  init(_ study: StudyUnderTest) throws {
    let folder = RunFolder.shared.path + "/\(study.testDescription)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    bench = Bench(study.pipeline, folder: folder)
    datasetHash = try bench.generate(threads: 1)
    let all = try bench.configuration().models
    let ordered = all.filter { $0.model.initial == nil } + all.filter { $0.model.initial != nil }
    models = ordered.map { Entry(name: $0.name, architecture: $0.model.architecture) }
    var (modelHashes, sweepHashes) = ([String: String](), [String: String]())
    for (name, model) in ordered {
      modelHashes[name] = try bench.train(name, threads: 1)
      guard !model.description.isIntermediate else { continue }
      sweepHashes["\(name).sweep"] = try bench.sweep(name, threads: 1)
    }
    (self.modelHashes, self.sweepHashes) = (modelHashes, sweepHashes)
  }

  /// The one run of a case study.
  static func of(_ study: StudyUnderTest) throws -> SmokeRun {
    try RunFolder.shared.runs.withLock { runs in
      if let run = runs[study.testDescription] as? SmokeRun { return run }
      let run = try SmokeRun(study)
      runs[study.testDescription] = run
      return run
    }
  }
}

/// The folder of all runs, which goes with the process.
final class RunFolder: Sendable {
  static let shared = RunFolder()
  let path = NSTemporaryDirectory() + "conformance-\(ProcessInfo.processInfo.processIdentifier)"
  let runs = Mutex<[String: any Sendable]>([:])

  init() {
    atexit { try? FileManager.default.removeItem(atPath: RunFolder.shared.path) }
  }
}
