import StudyKit
import Support
import Torch

/// Prompts of one length `[B, T]`, padded at the end, with their answers.
public struct LoopedLanguageBatch: SampleBatch {
  /// Token ids, `[B, T]`.
  let prompts: Tensor
  /// The last position of each prompt as a row of `[B T, ...]`, `[B]`.
  let lastPositions: Tensor
  /// The token that answers each prompt, `[B]`.
  let answers: Tensor
  /// Number of the draw of each sample, which keys its random numbers.
  let draws: [Int]
  /// Words of each prompt.
  let lengths: [Int]
  /// The largest token of prompts and answers, and where they are from, for models that know fewer.
  let largestToken: Int64
  let location: String
  /// Is added to the embedded prompts, for Lipschitz ratios.
  var shift: EmbeddingShift?

  /// B
  public var sampleCount: Int { lengths.count }

  /// - Throws: `Failure` (bad data) that names the sample whose length or tokens make no prompt.
  init(prompts: [Int64], lengths: [Int64], answers: [Int64], draws: [Int], location: String, device: Device) throws {
    let count = lengths.count
    let width = count == 0 ? 0 : prompts.count / count
    for (sample, length) in lengths.enumerated() where !(1...Int64(max(width, 1))).contains(length) {
      throw Failure(
        .badData, "expected a prompt of 1 to \(width) tokens, found \(length)", at: "\(location), draw \(draws[sample])",
        remedy: "draw the dataset again")
    }
    if let token = (prompts + answers).first(where: { $0 < 0 }) {
      throw Failure(.badData, "expected tokens of at least 0, found \(token)", at: location, remedy: "draw the dataset again")
    }
    largestToken = (prompts + answers).max() ?? 0
    self.location = location
    self.prompts = try Tensor(integers: prompts, shape: [count, width], device: device)
    self.answers = try Tensor(integers: answers, device: device)
    lastPositions = try Tensor(integers: lengths.enumerated().map { Int64($0 * width) + $1 - 1 }, device: device)
    self.draws = draws
    self.lengths = lengths.map { Int($0) }
  }
}

/// A change of the embedded prompts, of given Euclidean norm and random direction.
struct EmbeddingShift: Sendable {
  var norm: Double
  var seed: UInt64

  /// `[B, T, C]`, zero behind the end of each prompt.
  func values(_ batch: LoopedLanguageBatch, width: Int, type: DType, device: Device) throws -> Tensor {
    let positions = batch.prompts.shape[1]
    let values = zip(batch.draws, batch.lengths).flatMap { draw, length in
      var random = KeyedRandom(seed: seed, stream: "looped-language/embedding", index: UInt64(draw))
      return random.direction(length * width, norm: norm)
        + Array(repeating: 0, count: (positions - length) * width)
    }
    return try Tensor(values, shape: [batch.sampleCount, positions, width], type: type, device: device)
  }
}
