import Configuration
import Records
import StudyKit
import Support
import Torch

/// The models of the case study, from their sections of a pipeline file.
enum LoopedLanguageModels {
  /// The looped transformer, one whose blocks are not tied, and the algorithm itself.
  static let architectures = [
    Architecture<LoopedLanguageBatch>("looped-transformer") { section in
      var sizes = try TransformerSizes(reading: section)
      sizes.prelude = try section.integer("prelude", default: 0, in: 0...1000, "blocks before the loop")
      sizes.core = try section.integer("core", default: 1, in: 1...1000, "blocks in the loop")
      sizes.coda = try section.integer("coda", default: 0, in: 0...1000, "blocks after the loop")
      sizes.startDeviation = try section.number(
        "start_deviation", default: 0, in: 0...100, "of the random start state, before the embedding's scale; 0: zeros")
      return try description(sizes, section) { .implicit(LoopedLanguageModel(network: $0, seed: $1)) }
    },
    Architecture<LoopedLanguageBatch>("untied-transformer", iterates: false) { section in
      var sizes = try TransformerSizes(reading: section)
      sizes.prelude = try section.integer("layers", in: 1...1000, "blocks, every one with its own weights")
      return try description(sizes, section) { network, _ in .explicit(UntiedLanguageModel(network: network)) }
    },
    Architecture<LoopedLanguageBatch>("exact-chasing") { section in
      let nodes = try section.integer("nodes", in: 2...10_000, "nodes of the maps of the dataset")
      return ModelDescription { _, _ in .implicit(ExactChasing(nodes: nodes)) }
    },
  ]

  private static func description(
    _ sizes: TransformerSizes, _ section: ConfigurationSection,
    build: @escaping @Sendable (LoopedTransformer, _ seed: UInt64) -> Model<LoopedLanguageBatch>
  ) throws -> ModelDescription<LoopedLanguageBatch> {
    try section.check { try sizes.validate(at: section.location) }
    return ModelDescription { layout, seed in
      try check(sizes, layout)
      let network = try LoopedTransformer(sizes)
      try network.initialize(seed: seed, depth: sizes.prelude + sizes.core + sizes.coda)
      return build(network, seed)
    }
  }

  /// That the model can take in the prompts of a dataset.
  private static func check(_ sizes: TransformerSizes, _ layout: DatasetLayout) throws {
    if let positions = layout.dimensions["position"], positions > sizes.blockSize {
      throw Failure(
        .usage, "expected a block_size of at least \(positions), the positions of the prompts, found \(sizes.blockSize)",
        remedy: "raise models.NAME.block_size")
    }
    guard let text = layout.texts["tokenizer"]?.text else { return }
    let tokenizer = try Tokenizer(json: .init(text.utf8), location: "/tokenizer")
    if tokenizer.vocabularySize > sizes.vocabulary {
      throw Failure(
        .usage, "expected a vocabulary of at least \(tokenizer.vocabularySize) tokens, found \(sizes.vocabulary)",
        remedy: "raise models.NAME.vocabulary to the tokens of the dataset")
    }
  }
}

/// A looped transformer that answers prompts: the state is the state of its loop.
struct LoopedLanguageModel: ImplicitModel {
  let network: LoopedTransformer
  /// Random start states follow from it.
  let seed: UInt64

  struct Context: Sendable {
    let batch: LoopedLanguageBatch
    let positions: Positions
    /// e, `[B, T, C]`.
    let input: Tensor
  }

  var parameters: NamedParameters { network.parameters }

  func inject(_ batch: LoopedLanguageBatch) throws -> Context {
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

  func predict(_ batch: LoopedLanguageBatch) throws -> Tensor {
    let positions = try network.positions(count: batch.prompts.shape[1])
    return try network.coda(network.preluded(batch, positions), positions, at: batch.lastPositions)
  }
}

extension LoopedTransformer {
  /// The input of the loop for prompts, with their shift.
  fileprivate func preluded(_ batch: LoopedLanguageBatch, _ positions: Positions) throws -> Tensor {
    guard batch.largestToken < sizes.vocabulary else {
      throw Failure(
        .badData, "expected tokens below \(sizes.vocabulary), the vocabulary of the model, found \(batch.largestToken)",
        at: batch.location,
        remedy: "the model belongs to another dataset, or a token is wrong")
    }
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
