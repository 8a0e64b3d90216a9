import Configuration
import Foundation
import Records
import StudyKit
import Support
import Torch

/// A published model's greedy texts for contrast pairs, over its recurrences.
struct GenerationSweep: CheckpointSweep {
  var words: String
  var templates: [String]
  var pairs: Int?
  var recurrences: [Int]
  var maximumLength: Int
  var largestBatch: Int
  var precision: Precision
  var startsAtZero: Bool

  enum Precision: String, CaseIterable {
    case bfloat16, float16, float32
    var type: DType {
      switch self {
      case .bfloat16: .bfloat16
      case .float16: .float16
      case .float32: .float32
      }
    }
  }

  init(reading section: ConfigurationSection) throws {
    words = try section.path(
      "words", default: "../data/contrast-words.tsv", inPipeline: false, "table of words with two fields each, separated by tabs")
    templates = try section.texts("templates", default: Self.defaultTemplates, "prompts with {word} and {field}")
    pairs = try section.optionalInteger("pairs", in: 1...1_000_000, "pairs of prompts, the first ones; all, if missing")
    let even = Array(stride(from: 2, through: 32, by: 2))
    recurrences = try section.integers("recurrences", default: even, in: 1...10_000, "recurrences, ascending")
    maximumLength = try section.integer(
      "maximum_length", default: 128, in: 1...1_000_000, "the most tokens of a text, its prompt included")
    largestBatch = try section.integer(
      "batch", default: 8, in: 1...10_000, "prompts of one length that are worked through side by side")
    precision = try section.choice("precision", default: Precision.bfloat16, "element type of the weights")
    startsAtZero = try section.boolean(
      "zero_start", default: false, "start the loop at zero; at random numbers that follow from the seed, if not")
    try section.finish()
    guard zip(recurrences, recurrences.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw Failure(
        .usage, "\(section.path).recurrences: expected ascending numbers, found \(recurrences)", at: section.location,
        remedy: "sort them and name each once")
    }
    if let wrong = templates.first(where: { !$0.contains("{word}") || !$0.contains("{field}") }) {
      throw Failure(
        .usage, "\(section.path).templates: expected {word} and {field}, found `\(wrong)`", at: section.location,
        remedy: "for example \"What does {word} mean in {field}?\"")
    }
  }

  static let defaultTemplates = [
    "What does the word {word} stand for in {field}?", "In {field}, how would you define {word}?",
    "Give a short account of {word} as it is understood in {field}.", "Why does {word} matter in {field}?",
  ]

  func estimate(checkpoint folder: String, device: Device, threads: Int) throws -> String {
    let checkpoint = try HuginnCheckpoint(folder)
    let count = try ContrastPairs(table: words, templates: templates, count: pairs).pairs.count
    try Runtime.setThreads(threads)
    let estimate = try GenerationCostEstimate(
      sizes: checkpoint.sizes, type: precision.type, sequences: 2 * count, recurrences: recurrences,
      length: min(maximumLength, checkpoint.sizes.blockSize), batch: largestBatch,
      machine: MachineRates(type: precision.type, device: device))
    return estimate.text
  }

  func run(_ request: CheckpointSweepRequest) throws -> String {
    let checkpoint = try HuginnCheckpoint(request.checkpoint)
    let tokenizer = try checkpoint.tokenizer()
    let pairs = try ContrastPairs(table: words, templates: templates, count: pairs).pairs
    let files = ["config.json", "tokenizer.json", "model.safetensors"].map { "\(request.checkpoint)/\($0)" }
    let claim = OutputClaim(
      request.output, of: GenerationFile.kind, caseStudy: LoopedLanguageStudy.name, model: folderName(request.checkpoint),
      inputs: files + [words], companions: request.progress.map { [$0] } ?? [], replaces: request.replaces)
    return try withOutputLock(claim) { try run(request, checkpoint, tokenizer, pairs) }
  }

  private func run(
    _ request: CheckpointSweepRequest, _ checkpoint: HuginnCheckpoint, _ tokenizer: Tokenizer, _ pairs: [ContrastPairs.Pair]
  ) throws -> String {
    try Runtime.setThreads(request.threads)
    let model = try checkpoint.model(type: precision.type, device: request.device)
    let stopTokens = checkpoint.stopTokens(tokenizer)
    let cleansUp = try checkpoint.cleansUp()
    let texts = pairs.flatMap { [$0.first, $0.second] }
    let prompts = texts.map { tokenizer.encode($0, addingSpecialTokens: true) }
    var generation = GreedyGeneration(
      model, recurrences: 1, maximumLength: maximumLength, stopTokens: Set(stopTokens), seed: request.seed)
    generation.largestBatch = largestBatch
    if startsAtZero { generation.start.deviation = 0 }
    var results: [GenerationFile.Step] = []
    let meter = ProgressMeter(
      "sweep \(folderName(request.checkpoint))", total: texts.count * recurrences.count, unit: "texts", record: request.progress)
    defer { meter.finish() }
    for count in recurrences {
      generation.recurrences = count
      let start = ContinuousClock.now
      let sequences = try generation(prompts) { done in
        meter.advance(by: done)
        if Interruption.isRequested {
          throw Interruption.failure("no file was written", remedy: "run the same command again")
        }
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      results.append(
        GenerationFile.Step(
          recurrences: count,
          texts: sequences.map { tokenizer.decode($0, skippingSpecialTokens: true, cleaningUp: cleansUp) },
          lengths: sequences.map(\.count), seconds: seconds))
    }
    let facts = GenerationFile.Facts(
      model: folderName(request.checkpoint), parameters: model.parameters.count, type: precision.rawValue,
      seed: request.seed, templates: templates, maximumLength: maximumLength, stopTokens: stopTokens, cleansUp: cleansUp,
      startDeviation: generation.start.deviation)
    return try GenerationFile.write(
      request.output, facts, pairs, results,
      provenance: FileProvenance(
        run: .current(libraries: ["libtorch": Runtime.version]), configuration: request.configuration, seed: request.seed,
        inputs: try inputs(request.checkpoint)))
  }

  private func folderName(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }

  /// The small files that decide about the texts, with their hashes, and the table; weights are too large to hash.
  private func inputs(_ folder: String) throws -> [ProvenanceInput] {
    ["\(folder)/config.json", "\(folder)/tokenizer.json", words].map { path in
      ProvenanceInput(path: path, contentHash: FileManager.default.contents(atPath: path).map { SHA256.hash($0) })
    }
  }
}
