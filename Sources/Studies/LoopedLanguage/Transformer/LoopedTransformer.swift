import Torch

/// The recurrent-depth transformer of Geiping et al. 2025 ("Huginn"):
///
///     e = prelude(scale * embedding(ids)),   s_{t+1} = core(adapter [s_t, e]),   logits = head(norm(coda(norm(s_T))))
///
/// with one norm, used twice. Parameter names are those of the published checkpoint.
public final class LoopedTransformer: Module {
  /// The sizes it was built with.
  public let sizes: TransformerSizes
  let embedding: Parameter
  let preludeBlocks: [SandwichBlock]
  let adapter: Linear?
  let coreBlocks: [SandwichBlock]
  let codaBlocks: [SandwichBlock]
  let norm: RootMeanSquareNorm
  let head: Parameter?
  let rotary: RotaryTable

  /// Parameters start at zero, norms at one.
  public convenience init(_ sizes: TransformerSizes) throws { try self.init(sizes, from: .constants) }

  /// - Parameter rotary: the table of a checkpoint; nil to compute it.
  init(_ sizes: TransformerSizes, from source: ParameterSource, rotary: RotaryTable? = nil) throws {
    self.sizes = sizes
    let source = (whole: source, body: source.part("transformer"))
    func blocks(_ name: String, _ count: Int) throws -> [SandwichBlock] {
      try (0..<count).map { try SandwichBlock(sizes, from: source.body.part(name).part("\($0)")) }
    }
    embedding = try source.body.parameter("wte.weight", [sizes.vocabulary, sizes.width])
    preludeBlocks = try blocks("prelude", sizes.prelude)
    adapter = sizes.core > 0 ? try source.body.linear("adapter", 2 * sizes.width, sizes.width) : nil
    coreBlocks = try blocks("core_block", sizes.core)
    codaBlocks = try blocks("coda", sizes.coda)
    norm = try RootMeanSquareNorm(sizes.width, epsilon: sizes.normEpsilon, from: source.body.part("ln_f"))
    head =
      sizes.tiesEmbedding ? nil : try source.whole.parameter("lm_head.weight", [sizes.vocabulary, sizes.width])
    self.rotary =
      try rotary ?? RotaryTable(positions: sizes.blockSize, headWidth: sizes.headWidth, base: sizes.rotaryBase)
  }

  /// Named as in the published checkpoints.
  public var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("transformer.wte.weight", embedding)
    for (name, blocks) in [("prelude", preludeBlocks), ("core_block", coreBlocks), ("coda", codaBlocks)] {
      for (index, block) in blocks.enumerated() { named.add("transformer.\(name).\(index)", block) }
    }
    if let adapter { named.add("transformer.adapter", adapter) }
    named.add("transformer.ln_f", norm)
    named.add("lm_head.weight", head)
    return named
  }

  /// Element type and device of the weights.
  public var type: DType { embedding.value.type }

  /// The positions `start ..< start + count`, for the weights' type and device.
  func positions(from start: Int = 0, count: Int) throws -> Positions {
    try Positions(rotary, from: start, count: count, type: type, device: embedding.value.device)
  }

  /// Scaled token embeddings `[B, T, C]` of ids `[B, T]`.
  func embed(_ ids: Tensor) throws -> Tensor {
    try embedding.value.indexSelect(ids.flattened()).reshaped(ids.shape + [sizes.width]) * sizes.embeddingScale
  }

  /// The input e of the loop.
  func prelude(_ embedded: Tensor, _ positions: Positions, cache: KeyValueCache? = nil) throws -> Tensor {
    try preludeBlocks.enumerated().reduce(embedded) { x, block in
      try block.element(x, positions, cache: cache.map { ($0, .prelude(block: block.offset)) })
    }
  }

  /// One recurrence: s, e `[B, T, C]` to the next s.
  func recur(
    _ state: Tensor, _ input: Tensor, _ positions: Positions, cache: (KeyValueCache, recurrence: Int)? = nil
  ) throws -> Tensor {
    guard let adapter else { return state }
    return try coreBlocks.enumerated().reduce(adapter(.concatenated([state, input], dimension: -1))) { x, block in
      try block.element(
        x, positions, cache: cache.map { ($0.0, .core(recurrence: $0.recurrence, block: block.offset)) })
    }
  }

  /// Logits of states `[B, T, C]`, `[B, V]` of one position of each sample or `[B, T, V]` of all.
  ///
  /// - Parameter rows: one position for each sample, as rows in `[B T]`; nil for all positions.
  func coda(
    _ state: Tensor, _ positions: Positions, cache: KeyValueCache? = nil, at rows: Tensor? = nil
  ) throws -> Tensor {
    func picked(_ x: Tensor) throws -> Tensor {
      try rows.map { try x.reshaped([-1, sizes.width]).indexSelect($0) } ?? x
    }
    if codaBlocks.isEmpty { return try logits(norm(picked(state))) }
    let x = try codaBlocks.enumerated().reduce(norm(state)) { x, block in
      try block.element(x, positions, cache: cache.map { ($0, .coda(block: block.offset)) })
    }
    return try logits(picked(x))
  }

  private func logits(_ x: Tensor) throws -> Tensor { try norm(x).linear((head ?? embedding).value, nil) }
}
