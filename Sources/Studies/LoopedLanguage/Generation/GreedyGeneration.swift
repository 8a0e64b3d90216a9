import Support
import Torch

/// Continues token sequences by the most likely token, with a fixed number of recurrences for every token.
public struct GreedyGeneration {
  /// What continues the prompts.
  public let model: LoopedTransformer
  /// Recurrences of the core, at least 1.
  public var recurrences: Int
  /// The most tokens of a sequence, its prompt included.
  public var maximumLength: Int
  /// A sequence ends after one of these.
  public var stopTokens: Set<Int>
  /// Where the loop begins, for every new token.
  var start: StartState
  /// Keeps keys and values, so that each step computes one new position; without it every step starts again.
  public var usesCache: Bool
  /// The most sequences side by side.
  public var largestBatch = 64

  public init(
    _ model: LoopedTransformer, recurrences: Int, maximumLength: Int, stopTokens: Set<Int> = [], seed: UInt64 = 0,
    usesCache: Bool = true
  ) {
    self.model = model
    self.recurrences = recurrences
    self.maximumLength = maximumLength
    self.stopTokens = stopTokens
    start = StartState(model.sizes, seed: seed)
    self.usesCache = usesCache
  }

  /// Prompt and continuation of each prompt. Prompts of one length run side by side, those of different lengths one after the other:
  /// the model has no padding.
  ///
  /// - Throws: `Failure` (bad data) for an empty prompt, one longer than the model takes, or an id out of range.
  public func callAsFunction(
    _ prompts: [[Int]], progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> [[Int]] {
    for (number, prompt) in prompts.enumerated() { try check(prompt, number) }
    var sequences = prompts
    let groups = Dictionary(grouping: prompts.indices, by: { prompts[$0].count }).sorted { $0.key < $1.key }
    for (_, group) in groups {
      for start in stride(from: 0, to: group.count, by: largestBatch) {
        let part = Array(group[start..<min(start + largestBatch, group.count)])
        let extended = try Autograd.withoutTracking { try extend(part.map { prompts[$0] }, samples: part) }
        for (index, sequence) in zip(part, extended) { sequences[index] = sequence }
        try progress(part.count)
      }
    }
    return sequences
  }

  private func check(_ prompt: [Int], _ number: Int) throws {
    let sizes = model.sizes
    func wrong(_ problem: String, _ remedy: String) -> Failure {
      Failure(.badData, problem, at: "prompt \(number)", remedy: remedy)
    }
    guard !prompt.isEmpty else { throw wrong("the prompt has no tokens", "give a prompt, or a tokenizer that adds one") }
    guard prompt.count <= sizes.blockSize else {
      throw wrong("expected at most \(sizes.blockSize) tokens (block_size), found \(prompt.count)", "shorten the prompt")
    }
    if let token = prompt.first(where: { !(0..<sizes.vocabulary).contains($0) }) {
      throw wrong("expected tokens below \(sizes.vocabulary), found \(token)", "use the tokenizer of the model")
    }
  }

  private func extend(_ prompts: [[Int]], samples: [Int]) throws -> [[Int]] {
    let limit = min(maximumLength, model.sizes.blockSize)
    var sequences = prompts
    var isRunning = Array(repeating: true, count: prompts.count)
    let cache = usesCache ? KeyValueCache() : nil
    while isRunning.contains(true), sequences[0].count < limit {
      let start = cache?.length ?? 0
      let logits = try forward(sequences.map { Array($0[start...]) }, samples: samples, from: start, cache: cache)
      let next = try logits.argmax(dimension: -1).integers()
      for index in sequences.indices {
        sequences[index].append(Int(next[index]))
        isRunning[index] = isRunning[index] && !stopTokens.contains(Int(next[index]))
      }
    }
    // A sequence ends with its first stop token, whatever its mates went on with.
    return zip(sequences, prompts).map { sequence, prompt in
      let end = sequence[prompt.count...].firstIndex(where: stopTokens.contains)
      return Array(sequence[...(end ?? sequence.count - 1)])
    }
  }

  /// Logits `[B, V]` of the last of the given positions, which follow those in the cache.
  func forward(_ tokens: [[Int]], samples: [Int], from start: Int, cache: KeyValueCache?) throws -> Tensor {
    let states = try lastStates(tokens, samples: samples, from: start, cache: cache)
    let count = tokens[0].count
    let rows = try Tensor(
      integers: tokens.indices.map { Int64($0 * count + count - 1) }, device: model.embedding.value.device)
    let logits = try model.coda(states.state, states.positions, cache: cache, at: rows)
    cache?.length = start + count
    return try logits.to(type: logits.type == .float64 ? .float64 : .float32)
  }

  private func lastStates(
    _ tokens: [[Int]], samples: [Int], from start: Int, cache: KeyValueCache?
  ) throws -> (state: Tensor, positions: Positions) {
    let (count, device) = (tokens[0].count, try model.embedding.value.device)
    let ids = try Tensor(integers: tokens.flatMap { $0.map(Int64.init) }, shape: [tokens.count, count], device: device)
    let positions = try model.positions(from: start, count: count)
    let input = try model.prelude(model.embed(ids), positions, cache: cache)
    var state = try self.start(
      samples: samples, from: start, count: count, width: model.sizes.width, type: model.type, device: device)
    for recurrence in 0..<recurrences {
      state = try model.recur(state, input, positions, cache: cache.map { ($0, recurrence: recurrence) })
    }
    return (state, positions)
  }
}
