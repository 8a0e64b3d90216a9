import Foundation
import HDF5
import Support
import TestSupport
import Testing
import Torch

@testable import LoopedLanguage

@Suite struct GenerationTests {
  @Test(arguments: [1, 2, 3, 5], [0.0, 0.1])
  func `Generation with the cache equals generation without it, token by token`(recurrences: Int, deviation: Double) throws {
    let model = try smallTransformer(prelude: 2, core: 2, coda: 1, startDeviation: deviation)
    let prompts = [[1, 5, 2], [3, 3, 8, 1, 0, 4], [7]]
    var generation = GreedyGeneration(model, recurrences: recurrences, maximumLength: 20, seed: 5)
    let cached = try generation(prompts)
    generation.usesCache = false
    #expect(try generation(prompts) == cached)
    #expect(cached.allSatisfy { $0.count == 20 })
  }

  @Test func `The cache computes one new position for each token, and no more`() throws {
    let model = try smallTransformer()
    let generation = GreedyGeneration(model, recurrences: 3, maximumLength: 20)
    let cache = KeyValueCache()
    func flops(_ tokens: [Int], from start: Int) throws -> Double {
      try Autograd.withoutTracking {
        try Runtime.countingFlops { try generation.forward([tokens], samples: [0], from: start, cache: cache) }.flops
      }
    }
    let prompt = try flops([1, 2, 3, 4, 5, 6, 7, 8], from: 0)
    let next = try flops([9], from: 8)
    #expect(next < prompt / 6)
    // One slot for each block of the prelude and coda, and one for each block of the core in each recurrence.
    #expect(cache.slots.count == 1 + 3 + 1)
    #expect(cache.slots.values.allSatisfy { $0.keys.shape[2] == 9 })
  }

  @Test func `A batch of unequal prompts equals the prompts one by one, in batches of any size`() throws {
    let model = try smallTransformer()
    let prompts = [[1, 5, 2], [3, 3, 8, 1], [7], [2, 5, 1], [2, 9, 9, 9], [4]]
    var generation = GreedyGeneration(model, recurrences: 2, maximumLength: 12, stopTokens: [6, 11])
    let single = try prompts.map { try generation([$0])[0] }
    #expect(try generation(prompts) == single)
    generation.largestBatch = 1
    #expect(try generation(prompts) == single)
    for (sequence, prompt) in zip(single, prompts) {
      #expect(sequence.prefix(prompt.count) == prompt[...])
      #expect(!sequence[prompt.count...].dropLast().contains { [6, 11].contains($0) })
    }
  }

  @Test func `Random start states depend on the seed, the sample and the position, not on the batch`() throws {
    let sizes = try smallTransformer(startDeviation: 0.2).sizes
    func state(_ samples: [Int], from start: Int = 0, count: Int = 3, seed: UInt64 = 1) throws -> [Float] {
      try StartState(sizes, seed: seed)(
        samples: samples, from: start, count: count, width: 12, type: .float32, device: .cpu
      ).floats()
    }
    let both = try state([4, 7])
    #expect(try state([7]) == Array(both.suffix(36)))
    #expect(try state([4], from: 1, count: 2) == Array(both[12..<36]))
    #expect(try state([4], seed: 2) != Array(both.prefix(36)))
    #expect(Set(both).count > 60)
    #expect(both.allSatisfy { abs(Double($0)) <= 3 * 0.2 * 12.0.squareRoot() + 1e-6 })
  }

  @Test func `Empty, long and foreign prompts are refused`() throws {
    let generation = GreedyGeneration(try smallTransformer(), recurrences: 1, maximumLength: 30)
    for (prompt, word) in [([], "no tokens"), (Array(repeating: 1, count: 25), "block_size"), ([22], "22"), ([-1], "-1")] {
      let failure = try #require(throws: Failure.self) { _ = try generation([[1], prompt]) }
      #expect(failure.status == .badData)
      #expect(failure.problem.contains(word) && failure.location == "prompt 1")
    }
    // A prompt that fills the block is returned as it is.
    let full = Array(repeating: 1, count: 24)
    #expect(try generation([full]) == [full])
  }
}

/// Tests/Fixtures/huginn_tiny: greedy continuations of the public implementation.
@Suite struct ReferenceGenerationTests {
  @Test(arguments: [true, false]) func `Greedy tokens, logits and the cache are the reference's`(isCached: Bool) throws {
    let group = try File.open(fixturePath("huginn_tiny/huginn_tiny.h5")).group("generation")
    let model = try HuginnCheckpoint(fixturePath("huginn_tiny")).model(type: .float32)
    let prompt = try group.dataset("prompt").read(Int64.self).map { Int($0) }
    let tokens = try group.dataset("cached_tokens").read(Int64.self).map { Int($0) }
    var generation = GreedyGeneration(model, recurrences: 4, maximumLength: prompt.count + tokens.count)
    // The stored continuations start every call at zero.
    generation.start.deviation = 0
    generation.usesCache = isCached
    #expect(try generation([prompt])[0] == prompt + tokens)

    let cache = KeyValueCache()
    let logits = try Autograd.withoutTracking { try generation.forward([prompt], samples: [0], from: 0, cache: cache) }
    let stored = try Tensor(floats: group.dataset("prompt_logits").read(Float.self), shape: [9, 400])
    #expect(try largestDifference(logits, stored.narrow(0, from: 8, count: 1)) < 1e-4)
    let keys = try Tensor(floats: group.dataset("cache_keys").read(Float.self), shape: [10, 1, 4, 9, 12])
    let values = try Tensor(floats: group.dataset("cache_values").read(Float.self), shape: [10, 1, 4, 9, 12])
    for (index, slot) in try group.dataset("cache_slots").read(Int64.self).enumerated() {
      let location: KeyValueCache.Layer =
        switch slot {
        case 0: .prelude(block: 0)
        case -1: .coda(block: 0)
        default: .core(recurrence: Int(slot - 1) / 2, block: Int(slot - 1) % 2)
        }
      let found = try #require(cache.slots[location])
      #expect(try largestDifference(found.keys, keys.select(0, index)) < 1e-4)
      #expect(try largestDifference(found.values, values.select(0, index)) < 1e-4)
    }
    let chunked = KeyValueCache()
    let last = try Autograd.withoutTracking {
      _ = try generation.forward([Array(prompt[..<5])], samples: [0], from: 0, cache: chunked)
      return try generation.forward([Array(prompt[5...])], samples: [0], from: 5, cache: chunked)
    }
    #expect(try largestDifference(last, logits) < 1e-4)
  }

  @Test func `In bfloat16 the next token is the reference's wherever its lead is above the rounding`() throws {
    let group = try File.open(fixturePath("huginn_tiny/huginn_tiny.h5")).group("generation")
    func integers(_ name: String) throws -> [Int] { try group.dataset(name).read(Int64.self).map { Int($0) } }
    let (prompt, tokens) = (try integers("prompt"), try integers("bf16_cached_tokens"))
    let margins = try group.dataset("bf16_cached_margin").read(Float.self)
    let clear = tokens.indices.filter { margins[$0] > 0.4 }
    #expect(clear.count >= 6)
    var generation = GreedyGeneration(
      try HuginnCheckpoint(fixturePath("huginn_tiny")).model(type: .bfloat16), recurrences: 4, maximumLength: 64)
    generation.start.deviation = 0
    for index in clear {
      let known = prompt + tokens[..<index]
      generation.maximumLength = known.count + 1
      #expect(try generation([known])[0].last == tokens[index], "token \(index)")
    }
  }

  private struct Texts: Decodable {
    struct Run: Decodable {
      var numSteps: Int
      var prompt: String
      var promptIds: [Int]
      var sequence: [Int]
      var text: String
      var textWithoutCleanup: String

      enum CodingKeys: String, CodingKey {
        case prompt, sequence, text
        case numSteps = "num_steps"
        case promptIds = "prompt_ids"
        case textWithoutCleanup = "text_without_cleanup"
      }
    }
    struct Distance: Decodable {
      var numSteps: Int
      var pair: [Int]
      var inputDistance: Int
      var outputDistance: Int
      var ratio: Double

      enum CodingKeys: String, CodingKey {
        case pair, ratio
        case numSteps = "num_steps"
        case inputDistance = "input_distance"
        case outputDistance = "output_distance"
      }
    }
    struct Stop: Decodable {
      var numSteps: Int
      var promptIds: [Int]
      var eosTokenId: Int?
      var maxLength: Int?
      var sequence: [Int]

      enum CodingKeys: String, CodingKey {
        case sequence
        case numSteps = "num_steps"
        case promptIds = "prompt_ids"
        case eosTokenId = "eos_token_id"
        case maxLength = "max_length"
      }
    }
    var maxLength: Int
    var runs: [Run]
    var distances: [Distance]
    var stopping: [Stop]

    enum CodingKeys: String, CodingKey {
      case runs, distances, stopping
      case maxLength = "max_length"
    }
  }

  @Test func `From prompt to text, distances and stopping are the reference's`() throws {
    let texts = try fixture(Texts.self, "huginn_tiny/text_generation.json")
    let checkpoint = try HuginnCheckpoint(fixturePath("huginn_tiny"))
    let (tokenizer, model) = (try checkpoint.tokenizer(), try checkpoint.model(type: .float32))
    #expect(try checkpoint.cleansUp())
    var byStep: [Int: [String]] = [:]
    var prompts: [String] = []
    for run in texts.runs {
      let ids = tokenizer.encode(run.prompt, addingSpecialTokens: true)
      #expect(ids == run.promptIds)
      var generation = GreedyGeneration(
        model, recurrences: run.numSteps, maximumLength: texts.maxLength,
        stopTokens: Set(checkpoint.stopTokens(tokenizer)))
      generation.start.deviation = 0
      let sequence = try generation([ids])[0]
      #expect(sequence == run.sequence, "\(run.numSteps) steps: \(run.prompt)")
      let text = tokenizer.decode(sequence, skippingSpecialTokens: true, cleaningUp: true)
      #expect(text == run.text)
      #expect(tokenizer.decode(sequence, skippingSpecialTokens: true) == run.textWithoutCleanup)
      byStep[run.numSteps, default: []].append(text)
      if run.numSteps == 2 { prompts.append(run.prompt) }
    }
    for item in texts.distances {
      let outputs = try #require(byStep[item.numSteps])
      #expect(SequenceDistance.words(prompts[item.pair[0]], prompts[item.pair[1]]) == item.inputDistance)
      #expect(SequenceDistance.words(outputs[item.pair[0]], outputs[item.pair[1]]) == item.outputDistance)
      #expect(Double(item.outputDistance) / Double(item.inputDistance) == item.ratio)
    }
    for item in texts.stopping {
      var generation = GreedyGeneration(
        model, recurrences: item.numSteps, maximumLength: item.maxLength ?? texts.maxLength,
        stopTokens: Set(item.eosTokenId.map { [$0] } ?? []))
      generation.start.deviation = 0
      #expect(try generation([item.promptIds])[0] == item.sequence)
    }
  }
}
