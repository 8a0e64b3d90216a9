import Configuration
import Foundation
import HDF5
import Pipeline
import Records
import Report
import StudyKit
import Support
import Torch

/// Finds out whether a key of one case study changes anything, by the smallest run in which it can.
final class KeyProbe<Case: CaseStudy> {
  let study: StudyUnderTest
  let table: KeyTable
  let reference: [ConfigurationKey]
  private let bench: Bench<Case>
  /// Digests and files that were made already, by what they depend on.
  private var digests: [String: String] = [:]
  private var files: Set<String> = []

  init(_ study: StudyUnderTest, folder: String) throws {
    (self.study, table) = (study, KeyTable.of(study.name))
    bench = Bench(study.pipeline, folder: folder, overrides: overridesWithoutMemory + table.smaller)
    reference = try Self.reference()
    try "ring\tmathematics\tmusic\n".write(toFile: "\(folder)/words.tsv", atomically: true, encoding: .utf8)
    if study.isTemplate {
      let trained = try ModelFile(bench.path(model("implicit", [])))
      try WeightExchange.exportWeights(Case.self, trained, to: "\(folder)/weights.safetensors")
    }
  }

  /// All keys of the case study, sections left out.
  static func reference() throws -> [ConfigurationKey] {
    let document = ConfigurationDocument.describing()
    _ = try ExperimentConfiguration<Case>(document)
    _ = try AggregationSettings(document.section("aggregate", "the report and its expected bands"))
    return document.reference.filter { $0.fallback != "" }
  }

  /// A configuration that reads the key.
  struct Setting {
    var overrides: [String]
    /// The key's path in it, with names and positions.
    var path: String
    /// As YAML.
    var value: String?
  }

  /// Whether another value of the key changes what it should decide about.
  ///
  /// - Throws: `Failure` where no configuration reads the key, or where the run without the change fails.
  func acts(_ key: ConfigurationKey) throws -> Bool {
    let settings = try settings(for: key)
    guard !settings.isEmpty else {
      throw Failure(.bug, "no configuration was found that reads the key", remedy: "give it a context in KeyTable")
    }
    for setting in settings {
      let preferred = table.values.filter { key.path.hasSuffix($0.end) }.flatMap(\.texts).map(filled)
      for value in preferred + key.otherValues(than: setting.value) where value != setting.value {
        let changed = setting.overrides + ["\(setting.path)=\(value)"]
        guard let document = try? read(changed),
          document.resolvedValues(under: [setting.path])[setting.path] != setting.value
        else { continue }
        for effect in effects(of: setting.path) {
          let before = try digest(effect, setting.overrides)
          let after: String
          // A run that ends in a failure is another result too.
          do { after = try digest(effect, changed) } catch let failure as Failure { after = failure.problem }
          if before != after { return true }
        }
      }
    }
    return false
  }

  // MARK: Configurations that read a key

  private func read(_ overrides: [String]) throws -> ConfigurationDocument {
    let document = try bench.document(overrides)
    _ = try ExperimentConfiguration<Case>(document)
    _ = try AggregationSettings(document.section("aggregate", "the report and its expected bands"))
    return document
  }

  private func filled(_ text: String) -> String {
    text.replacing("{folder}", with: bench.folder).replacing("{root}", with: StudyUnderTest.root)
  }

  private func settings(for key: ConfigurationKey) throws -> [Setting] {
    var found: [Setting] = []
    for path in try concretePaths(key) {
      for conditions in try self.conditions(of: key, at: path) {
        guard found.filter({ $0.path == path }).isEmpty else { break }
        let sections = (1..<path.split(separator: ".").count).map { path.split(separator: ".").prefix($0).joined(separator: ".") }
        // Optional sections are there once something is in them.
        let opened = sections.filter { !$0.hasSuffix("phases") && Int($0.split(separator: ".").last ?? "") == nil }.map {
          "\($0)={}"
        }
        for overrides in [context(key, path) + conditions, context(key, path) + conditions + opened] {
          guard let document = try? read(overrides) else { continue }
          let values = document.resolvedValues(under: [path])
          guard let value = values[path] ?? (key.path.hasSuffix("spread_to") ? "null" : nil) else { continue }
          found.append(Setting(overrides: overrides, path: path, value: value))
          break
        }
      }
    }
    return found
  }

  /// The key's paths with the names of models and the positions in lists that the base configuration has.
  private func concretePaths(_ key: ConfigurationKey) throws -> [String] {
    let models = try bench.configuration().models.map(\.name)
    var paths = [key.path]
    if key.path.contains("<name>") {
      let isTraining = key.path.hasPrefix("models.<name>.training")
      let names = key.path.hasSuffix(".initial") ? ["explicit"] : isTraining ? ["implicit"] : models
      paths = names.map { key.path.replacing("<name>", with: $0) }
    }
    // Of lists of sections, the first three: which of them has a key depends on the others in it.
    return paths.flatMap { path in
      path.contains("targets[]") ? (0..<3).map { path.replacing("[]", with: ".\($0)") } : [path.replacing("[]", with: ".0")]
    }
  }

  private func context(_ key: ConfigurationKey, _ path: String) -> [String] {
    let parts = path.split(separator: ".")
    let section = parts.dropLast().joined(separator: ".")
    let training = path.hasPrefix("models.") ? "models.implicit.training" : "training"
    // A model's own training starts out as the common one.
    let own =
      key.path.hasPrefix("models.<name>.training")
      ? [
        "\(training)={batch_size: 4, chunk: 2, adjoint: {name: implicit}, phases: [{steps: 4, iterations: 6, learning_rate: 1e-2}]}"
      ]
      : []
    return own
      + table.contexts.filter { Self.matches(key.path, $0.part) }.flatMap(\.overrides).map {
        filled($0.replacing("{section}", with: section).replacing("{training}", with: training))
      }
  }

  /// A part `.x.` is anywhere in a path, `.x` at its end, `x.` at its beginning.
  private static func matches(_ path: String, _ part: String) -> Bool {
    switch (part.hasPrefix("."), part.hasSuffix(".")) {
    case (true, true): path.contains(part)
    case (true, false): path.hasSuffix(part)
    default: path.hasPrefix(part)
    }
  }

  /// The ways to meet the conditions of a key: which section has the key that a condition is about is not said.
  private func conditions(of key: ConfigurationKey, at path: String) throws -> [[String]] {
    guard !key.conditions.isEmpty else { return [[]] }
    let parts = path.split(separator: ".").map(String.init)
    let sections = (1..<parts.count).map { parts.prefix($0).joined(separator: ".") }
    return key.conditions.flatMap { alternative in
      alternative.components(separatedBy: ", ").reduce([(from: 0, overrides: [String]())]) { ways, condition in
        let (name, value) = (condition.prefix { $0 != ":" }, condition.drop { $0 != ":" }.dropFirst(2))
        if let known = table.conditions[condition] { return ways.map { ($0.from, $0.overrides + known) } }
        return ways.flatMap { way in
          sections.indices.dropFirst(way.from).filter { index in
            let path = "\(sections[index]).\(name)"
            return isKey(path, parts) && !way.overrides.contains { $0.hasPrefix("\(path)=") }
          }.map { ($0, way.overrides + ["\(sections[$0]).\(name)=\(value)"]) }
        }
      }.map(\.overrides)
    }
  }

  private func isKey(_ path: String, _ parts: [String]) -> Bool {
    var general = path.replacing(/\.[0-9]+(?=\.|$)/, with: "[]")
    if parts.first == "models" { general = general.replacing(/^models\.[^.]+/, with: "models.<name>") }
    return reference.contains { $0.path == general }
  }

  // MARK: Effects

  private enum Effect { case dataset, model(String), sweep(String), plan, report, checkpoint }

  /// What a key can change, the cheapest first.
  private func effects(of path: String) -> [Effect] {
    let parts = path.split(separator: ".").map(String.init)
    switch parts[0] {
    case "seed", "dataset": return [.dataset]
    case "models": return [.model(parts[1]), .sweep(parts[1])]
    case "training": return [.model("implicit")]
    case "sweep" where path == "sweep.splits": return [.plan]
    case "sweep" where parts[1] == "checkpoint": return [.checkpoint]
    case "sweep": return [.sweep((try? sweptModel()) ?? "implicit")]
    case "pipeline": return [.plan]
    default: return [.report]
    }
  }

  /// An implicit model with parameters, which has all that a sweep can measure.
  private func sweptModel() throws -> String {
    let configuration = try bench.configuration()
    let layout = try configuration.generator.layout
    let measured = configuration.models.filter { !$0.model.description.isIntermediate && $0.model.initial == nil }
    let implicit = try measured.filter { try $0.model.description.build(layout, 1).isImplicit }
    let learned = try implicit.first { try !$0.model.description.build(layout, 1).module.parameters.isEmpty }
    return (learned ?? implicit.first ?? measured.first ?? configuration.models[0]).name
  }

  private func digest(_ effect: Effect, _ overrides: [String]) throws -> String {
    let key = "\(effect) \(overrides)"
    if let known = digests[key] { return known }
    let digest =
      switch effect {
      case .dataset: try hash(ofDataset: dataset(overrides))
      case .model(let name): try hash(ofModel: model(name, overrides))
      case .sweep(let name): try hash(ofSweep: sweep(name, overrides))
      case .plan:
        try PipelinePlan(
          study.pipeline, preset: "smoke", overrides: bench.overrides + overrides, folder: "/nowhere",
          reader: { try ExperimentConfiguration<Case>($0).outline }
        ).graph.tasks.map(\.id).joined(separator: " ")
      case .report: try report(overrides)
      case .checkpoint: try checkpointSweep(overrides)
      }
    digests[key] = digest
    return digest
  }

  /// The name of a file that depends on some sections of the configuration only, made when it is not there.
  private func file(_ kind: String, _ overrides: [String], sections: [String], make: (String) throws -> Void) throws -> String {
    let relevant = overrides.filter { override in sections.contains { override.hasPrefix($0) } }
    let name = kind + "-" + SHA256.hash(relevant.joined(separator: "\n")).prefix(12)
    if !files.contains(name) {
      try make(name)
      files.insert(name)
    }
    return name
  }

  private func dataset(_ overrides: [String]) throws -> String {
    try file("dataset", overrides, sections: ["seed", "dataset"]) { try bench.generate($0, threads: 1, overrides) }
  }

  private func model(_ name: String, _ overrides: [String]) throws -> String {
    try file(name, overrides, sections: ["seed", "dataset", "models", "training"]) { file in
      let configured = try bench.configuration(overrides).model(name)
      let initial = try configured.initial.map { try model($0, overrides) }
      try bench.train(name, as: file, dataset: dataset(overrides), initial: initial, threads: 1, overrides)
    }
  }

  private func sweep(_ name: String, split: Split = .test, _ overrides: [String]) throws -> String {
    try file("\(name)-\(split)", overrides, sections: ["seed", "dataset", "models", "training", "sweep"]) { file in
      try bench.sweep(model(name, overrides), as: file, dataset: dataset(overrides), split: split, threads: 1, overrides)
    }
  }

  private func hash(ofDataset name: String) throws -> String { try FileHeader(of: File.open(bench.path(name))).contentHash ?? "" }

  /// Of the numbers alone: a model file also states its configuration.
  private func hash(ofModel name: String) throws -> String {
    let file = try File.open(bench.path(name))
    let parameters = try file.descendants().filter { $0.kind == .dataset && $0.path.hasPrefix("/parameters/") }.map { child in
      "\(child.path) " + bits(try file.dataset(child.path).read(Double.self))
    }
    let history = try TrainingHistory(of: file)
    let curves = [
      history.loss, history.learningRate, history.forwardResidual, history.backwardResidual, history.jacobian,
      history.validationError,
    ]
    return SHA256.hash((parameters + curves.map(bits)).joined(separator: "\n"))
  }

  private func hash(ofSweep name: String) throws -> String {
    let sweep = try SweepRecord(reading: bench.path(name))
    let local: [[Double]] = sweep.localLipschitz.map { [$0.constants.values, $0.converged.map { $0 ? 1 : 0 }] } ?? []
    var curves: [[Double]] = [sweep.error.values, sweep.residual?.values ?? [], try sweep.outputs() ?? []]
    curves += (sweep.lipschitzRatio + sweep.perturbedError + sweep.qualities.map(\.curves)).map(\.values)
    curves += local
    curves += sweep.starts.map { ($0.error + $0.relativeResidual).map(\.values) + [$0.spread] } ?? []
    curves += sweep.solvers.flatMap { [$0.error.values, $0.relativeResidual.values, $0.evaluations.values] }
    let facts = "\(sweep.iterations) \(sweep.draws) \(sweep.perturbations) \(sweep.memory.map { "\($0)" } ?? "")"
    return SHA256.hash((curves.map(bits) + [facts]).joined(separator: "\n"))
  }

  private func bits(_ values: [Double]) -> String { values.withUnsafeBytes { SHA256.hash(Data($0)) } }

  private func report(_ overrides: [String]) throws -> String {
    let sweeps = try [sweep("implicit", overrides), sweep("explicit", overrides), sweep("implicit", split: .train, overrides)]
    let aggregation = try bench.aggregation(sweeps, overrides)
    return SHA256.hash(try aggregation.page.html() + "\(aggregation.summary)")
  }

  private func checkpointSweep(_ overrides: [String]) throws -> String {
    guard let folder = table.checkpoint else {
      throw Failure(.bug, "there is no published model to measure", remedy: "name a small one in KeyTable")
    }
    let configuration = try bench.configuration(overrides)
    guard let sweep = configuration.sweep.checkpoint else { throw Failure(.bug, "there is no section sweep.checkpoint") }
    return try sweep.run(
      CheckpointSweepRequest(
        checkpoint: "\(StudyUnderTest.root)/\(folder)", output: bench.path("generation"), device: .cpu, threads: 1, progress: nil,
        seed: configuration.seed, configuration: "{}"))
  }
}
