import Configuration
import Foundation
import Records
import Stages
import StudyKit
import Support
import Testing
import Torch

@testable import LoopedLanguage

/// The stages of a small pipeline, from its configuration to the files.
@Suite final class StageTests {
  let workspace: Workspace
  static let pipeline = """
    case_study: looped-language
    dataset: {nodes: 4, train: {samples: 48, most: 3}, test: {samples: 12, most: 3}}
    models:
      looped: {architecture: looped-transformer, vocabulary: 22, width: 8, heads: 2, intermediate: 8}
      untied: {architecture: untied-transformer, vocabulary: 22, width: 8, heads: 2, intermediate: 8, layers: 2}
    training:
      chunk: 4
      batch_size: 8
      phases:
        - {steps: 3, difficulty: 1, iterations: 1, learning_rate: 0.01}
        - {steps: 3, iterations: 2, untracked_iterations: 2, learning_rate: 0.01}
    sweep: {iterations: 5, save_outputs: true, splits: [test]}
    """

  init() throws {
    workspace = try Workspace()
    _ = try GenerateStage(output: dataset, shard: nil, threads: 2, progress: nil).run(configuration())
  }

  var dataset: String { "\(workspace.path)/dataset.h5" }

  func configuration(_ overrides: [String] = []) throws -> ExperimentConfiguration<LoopedLanguageStudy> {
    try ExperimentConfiguration(ConfigurationDocument.parse(Self.pipeline, name: "test.yaml", overrides: overrides))
  }

  func train(_ overrides: [String] = [], model: String = "looped", threads: Int = 1) throws -> String {
    let output = "\(workspace.path)/\(UUID().uuidString).h5"
    _ = try TrainStage(
      modelName: model, dataset: dataset, output: output, resumes: false, threads: threads, device: .cpu, progress: nil,
      replaces: true
    ).run(configuration(overrides))
    return output
  }

  func parameters(_ path: String) throws -> [Double] {
    try ModelFile(path).model(of: LoopedLanguageStudy.self, layout: LoopedLanguageStudy.layout).module.parameters.tensors
      .flatMap { try $0.doubles() }
  }

  func sweep(_ model: String, _ overrides: [String] = []) throws -> String {
    let output = "\(workspace.path)/\(UUID().uuidString).sweep.h5"
    _ = try SweepStage(
      model: model, dataset: dataset, split: .test, output: output, threads: 1, device: .cpu, progress: nil
    ).run(configuration(overrides))
    return output
  }

  @Test func `Shards merge to the same dataset, tokenizer included`() throws {
    let parts = try (1...3).map { index in
      let path = "\(workspace.path)/part\(index).h5"
      _ = try GenerateStage(output: path, shard: Shard(index, of: 3), threads: 1, progress: nil).run(configuration())
      return path
    }
    let hash = try DatasetMerger(shards: parts).write(to: "\(workspace.path)/merged.h5")
    let reader = try DatasetReader(dataset, LoopedLanguageStudy.layout)
    #expect(hash == reader.header.contentHash)
    let text = try #require(reader.layout.texts["tokenizer"]).text
    let tokenizer = try Tokenizer(json: Data(text.utf8), location: "dataset")
    let prompt = try reader.values("prompt", .test, rows: [0], as: Int64.self).map { Int($0) }
    let words = tokenizer.decode(prompt).split(separator: " ").map(String.init)
    let answer = tokenizer.decode(try reader.values("answer", .test, rows: [0], as: Int64.self).map { Int($0) })
    // One hop from the fifth word: the image in the edge of that node.
    #expect("\(words[4]):\(answer.dropFirst())" == words[Int(words[4])!])
  }

  @Test(arguments: [
    "models.looped.width=12", "models.looped.heads=4", "models.looped.intermediate=9", "models.looped.prelude=1",
    "models.looped.core=2", "models.looped.coda=1", "models.looped.vocabulary=25", "models.looped.rotary_base=100",
    "models.looped.start_deviation=0.3",
    "training.phases.0.difficulty=2", "training.phases.1.difficulty=1", "training.phases.0.difficulty=null",
    "training.phases.1.jacobian_weight=1", "seed=2", "training.adjoint={name: implicit}", "training.adjoint={name: phantom}",
  ]) func `Every option of the model and the curriculum changes the result`(override: String) throws {
    #expect(try parameters(train([override])) != parameters(train()))
  }

  @Test func `The number of threads does not change the result`() throws {
    #expect(try parameters(train(threads: 2)) == parameters(train()))
    #expect(try parameters(train(model: "untied", threads: 2)) == parameters(train(model: "untied")))
  }

  @Test(arguments: [
    ("models.looped.vocabulary=5", "vocabulary"), ("models.looped.block_size=5", "block_size"),
    ("models.looped.heads=3", "heads"),
    ("training.phases.0.difficulty=0", "difficulty"), ("dataset.train={least: 4, most: 2}", "least"),
    ("sweep.checkpoint={recurrences: [4, 2]}", "ascending"), ("sweep.checkpoint={templates: [x]}", "{word}"),
  ]) func `Settings that do not fit each other or the data are refused`(override: String, word: String) throws {
    let failure = try #require(throws: Failure.self) { _ = try train([override]) }
    #expect(failure.status == .usage)
    #expect(failure.description.contains(word), "\(failure)")
  }

  @Test func `The gradient of the loss through the loop is that of central differences`() throws {
    let reader = try DatasetReader(dataset, LoopedLanguageStudy.layout)
    let options = TensorOptions(type: .float64)
    let batch = try LoopedLanguageStudy.batch(reader, .train, rows: [0, 1, 2], options: options)
    let network = try smallTransformer()
    try network.move(to: .cpu, type: .float64)
    let model = LoopedLanguageModel(network: network, seed: 1)
    func loss() throws -> Tensor {
      let context = try model.inject(batch)
      let state = try (0..<3).reduce(model.initialState(context)) { state, _ in try model.step(state, context) }
      return try LoopedLanguageStudy.losses(model.readout(state, context), batch).sum()
    }
    for (name, parameter) in model.parameters {
      let gradient = try Autograd.gradients(of: [loss()], withRespectTo: [parameter.value])[0]
      var random = KeyedRandom(seed: 4, stream: name)
      let value = parameter.value
      let direction = try Tensor(random.direction(value.count), shape: value.shape)
      func shifted(_ step: Double) throws -> Double {
        try parameter.assign(value.add(direction, alpha: step))
        return try loss().scalar()
      }
      let difference = try (shifted(1e-5) - shifted(-1e-5)) / 2e-5
      try parameter.assign(value)
      let expected = try (gradient * direction).sum().scalar()
      #expect(abs(difference - expected) < 1e-6 * max(1, abs(expected)), "\(name)")
    }
  }

  @Test func `A prompt's answer does not depend on its padding or its batch mates`() throws {
    let model = LoopedLanguageModel(network: try smallTransformer(), seed: 1)
    func logits(_ prompts: [Int64], _ lengths: [Int64]) throws -> [Double] {
      let batch = try LoopedLanguageBatch(
        prompts: prompts, lengths: lengths, answers: lengths.map { _ in 1 }, draws: Array(lengths.indices), location: "test",
        device: .cpu)
      let context = try model.inject(batch)
      let state = try (0..<3).reduce(model.initialState(context)) { state, _ in try model.step(state, context) }
      return try model.readout(state, context).doubles()
    }
    let alone = try logits([1, 2, 3], [3])
    let padded = try logits([1, 2, 3, 0, 0, 4, 5, 6, 7, 8], [3, 5])
    #expect(zip(alone, padded).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(try logits([1, 2, 4], [3]) != alone)
  }

  @Test func `A sweep measures every recurrence under all perturbations, and the figures tell difficulties apart`() throws {
    let looped = try train()
    let swept = try FigureInput<LoopedLanguageStudy>(SweepRecord(reading: sweep(looped)))
    let ratios = swept.sweep.lipschitzRatio.flatMap(\.values)
    #expect(ratios.count == 3 * 12 * 6 && ratios.allSatisfy(\.isFinite))
    // The state starts at zero: before the first recurrence nothing depends on the input.
    #expect(stride(from: 0, to: ratios.count, by: 6).allSatisfy { ratios[$0] == 0 })
    #expect(ratios[1] > 0)
    let untied = try FigureInput<LoopedLanguageStudy>(SweepRecord(reading: sweep(train(model: "untied"))))
    let figures = try LoopedLanguageStudy.figures([swept, untied])
    #expect(
      figures.map(\.name) == [
        "staircase-looped", "answers-looped", "cross-entropy-looped", "state-residual-looped", "accuracy-difficulty",
      ])
    let errors = swept.sweep.error.values
    let hardest = (0..<12).filter { $0 % 3 == 2 }
    let expected = 1 - hardest.map { errors[$0 * 6 + 5] }.reduce(0, +) / 4
    #expect(figures[0].cells.first { $0.x == 5 && $0.y == 3 }?.value == expected)
    #expect(figures[0].cells.count == 18 && figures[1].cells.count == 10)
    #expect(figures[4].series.map(\.label) == ["looped", "untied"])
  }

  @Test func `Every perturbation measures its own distance`() throws {
    let model = try train()
    func ratios(_ kinds: String, _ norm: Double = 1e-3) throws -> [Double] {
      let overrides = ["sweep.perturbations={kinds: [\(kinds)], norm: \(norm)}"]
      return try SweepRecord(reading: sweep(model, overrides)).lipschitzRatio.flatMap(\.values)
    }
    // A small shift is linear: the ratio hardly depends on its norm, the answers are the same.
    let (small, smaller) = (try ratios("embedding", 1e-4), try ratios("embedding", 1e-5))
    #expect(zip(small, smaller).allSatisfy { abs($0 - $1) < 1e-3 * max($0, 1e-6) })
    let edits = try ratios("edit")
    let reader = try DatasetReader(dataset, LoopedLanguageStudy.layout)
    let distances = try reader.values("contrast_distance", .test, as: Int64.self)
    for (sample, distance) in distances.enumerated() {
      for k in 0..<6 { #expect([0, 1 / Double(distance)].contains(edits[sample * 6 + k])) }
    }
    #expect(try ratios("contrast") != edits)
  }
}
