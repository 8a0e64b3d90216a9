import Configuration
import Foundation
import HDF5
import StudyKit
import Support
import TestSupport
import Testing
import Torch

@testable import LoopedLanguage

@Suite final class GenerationSweepTests {
  let workspace: Workspace
  let words: String

  init() throws {
    workspace = try Workspace()
    words = "\(workspace.path)/words.tsv"
    try "# word\tfield\tfield\nring\tmathematics\tmusic\n\nkey\tmusic\tlaw\n".write(
      toFile: words, atomically: true, encoding: .utf8)
  }

  func sweep(_ settings: String = "") throws -> GenerationSweep {
    let text = """
      case_study: looped-language
      models: {}
      training: {phases: [{steps: 1, iterations: 1, learning_rate: 1}]}
      sweep:
        checkpoint:
          {words: "\(words)", templates: ["What is {word} in {field}?", "In {field}, what is {word}?"],
          recurrences: [2, 4], maximum_length: 32, precision: float32\(settings)}
      """
    let configuration = try ExperimentConfiguration<LoopedLanguageStudy>(ConfigurationDocument.parse(text, name: "test.yaml"))
    return try #require(configuration.sweep.checkpoint as? GenerationSweep)
  }

  func run(_ sweep: GenerationSweep, seed: UInt64 = 1) throws -> File {
    let output = "\(workspace.path)/\(UUID().uuidString).h5"
    _ = try sweep.run(
      CheckpointSweepRequest(
        checkpoint: fixturePath("huginn_tiny"), output: output, device: .cpu, threads: 1, progress: nil, seed: seed,
        configuration: "{}"))
    return try File.open(output)
  }

  @Test func `The file holds texts, distances and means of every pair and number of recurrences`() throws {
    let file = try run(sweep())
    let prompts = try file.dataset("prompt").read(String.self)
    #expect(prompts.count == 8)
    #expect(prompts[0] == "What is ring in mathematics?" && prompts[1] == "What is ring in music?")
    let texts = try file.dataset("text").read(String.self)
    #expect(try file.dataset("text").shape == [4, 2, 2])
    let (inputs, outputs) = (
      try file.dataset("input_distance").read(Int64.self), try file.dataset("output_distance").read(Int64.self)
    )
    let ratios = try file.dataset("ratio").read(Double.self)
    for pair in 0..<4 {
      #expect(inputs[pair] == 1)
      for step in 0..<2 {
        let distance = SequenceDistance.words(texts[(2 * pair) * 2 + step], texts[(2 * pair + 1) * 2 + step])
        #expect(outputs[pair * 2 + step] == Int64(distance))
        #expect(ratios[pair * 2 + step] == Double(distance))
        #expect(texts[(2 * pair) * 2 + step].hasPrefix(prompts[2 * pair]))
      }
    }
    let second = (0..<4).map { ratios[$0 * 2 + 1] }
    #expect(try file.dataset("arithmetic_mean").read(Double.self)[1] == second.reduce(0, +) / 4)
    let geometric = try file.dataset("geometric_mean").read(Double.self)[1]
    #expect(abs(geometric - exp(second.map { log($0) }.reduce(0, +) / 4)) < 1e-9)
    #expect(try file.attributeArray("stop_tokens", as: Int64.self) == [385, 388])
    #expect(try file.attribute("cleans_up", as: UInt8.self) == 1)
    #expect(try file.dataset("length").read(Int64.self).allSatisfy { $0 <= 32 })
  }

  @Test func `The seed and every setting act; the batch does not`() throws {
    func texts(_ settings: String = "", seed: UInt64 = 1) throws -> [String] {
      try run(sweep(settings), seed: seed).dataset("text").read(String.self)
    }
    let base = try texts()
    #expect(try texts() == base)
    #expect(try texts(", batch: 1") == base)
    #expect(try texts(seed: 2) != base)
    #expect(try texts(", zero_start: true") != base)
    #expect(try texts(", zero_start: true", seed: 2) == texts(", zero_start: true"))
    #expect(try texts(", pairs: 1").count == 4)
  }

  @Test func `Zero ratios are counted and left out of the geometric mean`() {
    let means = GenerationFile.Means([0, 2, 8])
    #expect(means.zeros == 1 && means.geometric == 4 && abs(means.arithmetic - 10.0 / 3) < 1e-12)
    #expect(GenerationFile.Means([0]).geometric.isNaN)
  }

  @Test func `The table that ships makes 200 pairs or more, all different`() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../data/contrast-words.tsv")
    let pairs = try ContrastPairs(table: path.path, templates: GenerationSweep.defaultTemplates, count: nil).pairs
    #expect(pairs.count >= 200)
    #expect(Set(pairs.flatMap { [$0.first, $0.second] }).count == 2 * pairs.count)
    #expect(pairs.allSatisfy { SequenceDistance.words($0.first, $0.second) >= 1 })
  }

  @Test(arguments: [("ring\tmusic", "separated by tabs"), ("ring\tmusic\tmusic", "different"), ("", "pairs")])
  func `A table that makes no pairs is refused`(text: String, word: String) throws {
    try text.write(toFile: words, atomically: true, encoding: .utf8)
    let failure = try #require(throws: Failure.self) { _ = try run(sweep()) }
    #expect(failure.status == .badData && failure.problem.contains(word))
  }

  @Test func `A table that is not UTF-8 is refused`() throws {
    try Data([0x72, 0xff, 0x09]).write(to: URL(fileURLWithPath: words))
    #expect(try #require(throws: Failure.self) { _ = try run(sweep()) }.problem.contains("UTF-8"))
  }

  @Test func `What the published model takes is estimated from its sizes`() throws {
    let sizes = TransformerSizes(
      vocabulary: 65_536, width: 5280, heads: 55, intermediate: 17_920, prelude: 2, core: 4, coda: 2, blockSize: 4096)
    let estimate = GenerationCostEstimate(
      sizes: sizes, type: .bfloat16, sequences: 16, recurrences: [16], length: 1, batch: 1,
      machine: MachineRates(flopsPerSecond: 1e12, bytesPerSecond: 1e10))
    #expect(estimate.weightBytes == 7_129_953_600)
    // (4 + 4 r) slots of keys and values: 1.4 MB for each token at 16 recurrences.
    #expect(estimate.cacheBytes(recurrences: 16) == 68 * 2 * 5280 * 2)
    #expect(estimate.seconds(recurrences: 16) == 16 * estimate.weightsPassed(recurrences: 16) * 2 / 1e10)
    #expect(estimate.text.contains("3564976800"))
  }
}
