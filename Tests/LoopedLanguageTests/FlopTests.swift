import StudyKit
import Testing
import Torch

@testable import LoopedLanguage

/// Floating-point operations of the transformers, written out from their sizes: a multiply-add counts as two. Norms, rotations, softmax
/// and other element-wise work are not counted; attention counts as if there were no mask.
@Suite struct FlopTests {
  /// B prompts of T tokens; the sizes of `smallTransformer`.
  static let (b, t) = (3, 7)
  static let (v, c, i) = (22, 12, 10)

  static func batch() throws -> LoopedLanguageBatch {
    try LoopedLanguageBatch(
      prompts: Array(repeating: 1, count: b * t), lengths: [7, 3, 5], answers: [1, 2, 3], draws: [0, 1, 2], location: "test",
      device: .cpu)
  }

  /// Queries, keys and values; scores and their product with the values over all heads; the projection; the gated perceptron.
  static let block = 2 * b * t * (c * 3 * c) + 2 * (2 * b * t * t * c) + 2 * b * t * c * c + 2 * b * t * (c * 2 * i + i * c)
  /// The adapter takes [state, input].
  static let adapter = 2 * b * t * 2 * c * c
  /// Of one position of each prompt.
  static let head = 2 * b * c * v

  @Test(arguments: [DType.float32, .bfloat16])
  func `looped-transformer: prelude once, adapter and core in a step, coda and head`(type: DType) throws {
    let model = LoopedLanguageModel(network: try smallTransformer(prelude: 1, core: 3, coda: 2), seed: 1)
    // Narrow types go through the fused attention.
    try model.network.move(to: .cpu, type: type)
    let batch = try Self.batch()
    try Autograd.withoutTracking {
      let (context, inject) = try Runtime.countingFlops { try model.inject(batch) }
      let state = try model.initialState(context)
      let step = try Runtime.countingFlops { try model.step(state, context) }.flops
      let readout = try Runtime.countingFlops { try model.readout(state, context) }.flops
      #expect(inject == Double(Self.block))
      #expect(step == Double(Self.adapter + 3 * Self.block))
      #expect(readout == Double(2 * Self.block + Self.head))
    }
  }

  @Test func `untied-transformer: its blocks, and the head`() throws {
    let model = UntiedLanguageModel(network: try smallTransformer(prelude: 4, core: 0, coda: 0))
    let batch = try Self.batch()
    let found = try Runtime.countingFlops { try model.predict(batch) }.flops
    #expect(found == Double(4 * Self.block + Self.head))
  }
}
