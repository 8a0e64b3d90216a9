import StudyKit
import Torch

/// A looped transformer that answers prompts: the state is the state of its loop.
struct LoopedLanguageModel: ImplicitModel {
  let network: LoopedTransformer
  /// Random start states follow from it.
  let seed: UInt64

  struct Context: Sendable {
    let batch: LanguageBatch
    let positions: Positions
    /// e, `[B, T, C]`.
    let input: Tensor
  }

  var parameters: NamedParameters { network.parameters }

  func inject(_ batch: LanguageBatch) throws -> Context {
    let positions = try network.positions(count: batch.prompts.shape[1])
    return Context(batch: batch, positions: positions, input: try network.preluded(batch, positions))
  }

  func initialState(_ context: Context) throws -> Tensor {
    try StartState(network.sizes, seed: seed)(
      samples: context.batch.draws, from: 0, count: context.input.shape[1], width: network.sizes.width,
      type: context.input.type, device: context.input.device)
  }

  func step(_ state: Tensor, _ context: Context) throws -> Tensor {
    try network.recur(state, context.input, context.positions)
  }

  func readout(_ state: Tensor, _ context: Context) throws -> Tensor {
    try network.coda(state, context.positions, at: context.batch.lastPositions)
  }
}

/// A transformer whose blocks have weights of their own: the rival without a loop.
struct UntiedLanguageModel: ExplicitModel {
  let network: LoopedTransformer

  var parameters: NamedParameters { network.parameters }

  func predict(_ batch: LanguageBatch) throws -> Tensor {
    let positions = try network.positions(count: batch.prompts.shape[1])
    return try network.coda(network.preluded(batch, positions), positions, at: batch.lastPositions)
  }
}

extension LoopedTransformer {
  /// The input of the loop for prompts, with their shift.
  fileprivate func preluded(_ batch: LanguageBatch, _ positions: Positions) throws -> Tensor {
    var embedded = try embed(batch.prompts)
    if let shift = batch.shift {
      embedded = try embedded + shift.values(batch, width: sizes.width, type: embedded.type, device: embedded.device)
    }
    return try prelude(embedded, positions)
  }

  /// Initial values after Takase et al. 2023: normal numbers of variance 2 / (5 C), those that write to the residual stream smaller
  /// by the root of twice the number of blocks on the way. Two differ, so that what a position holds means the same in the input of
  /// the loop and in its state, and a recurrence can go on from the answer of the last one as from a word of the prompt: embedded
  /// words have unit variance, as states have, and the adapter starts near the mean of both, (I I) / sqrt(2).
  func initialize(seed: UInt64, depth: Int) throws {
    let deviation = (2 / (5 * Double(sizes.width))).squareRoot()
    for (name, parameter) in parameters where parameter.value.rank > 1 && !name.hasSuffix("qk_bias") {
      func normal(_ deviation: Double) throws -> Tensor {
        try Initialization.normal(parameter.value.shape, deviation: deviation, seed: seed, name: name)
      }
      var value: Tensor
      switch name {
      case "transformer.wte.weight": value = try normal(1 / sizes.embeddingScale)
      case "transformer.adapter.weight":
        let unit = try Tensor.identity(sizes.width, type: .float64) * 0.5.squareRoot()
        value = try normal(0.3 * deviation) + .concatenated([unit, unit], dimension: 1)
      case _ where name.hasSuffix("attn.proj.weight") || name.hasSuffix("mlp.proj.weight"):
        value = try normal(deviation / Double(2 * max(depth, 1)).squareRoot())
      default: value = try normal(deviation)
      }
      try parameter.assign(value.to(type: parameter.value.type))
    }
  }
}
