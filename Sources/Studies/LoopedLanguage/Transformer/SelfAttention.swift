import Torch

/// Causal self-attention with biases on queries and keys before their rotation.
struct SelfAttention: Module {
  let projection: Linear
  let output: Linear
  /// `[2, 1, heads, d]`: of queries and keys.
  let bias: Parameter?
  let heads: Int

  private enum Op {
    static let softmax = Operator("aten::softmax.int")
    static let fused = Operator("aten::scaled_dot_product_attention")
  }

  init(_ sizes: TransformerSizes, from source: ParameterSource) throws {
    heads = sizes.heads
    projection = try source.linear("Wqkv", sizes.width, 3 * sizes.width)
    output = try source.linear("proj", sizes.width, sizes.width)
    bias = sizes.hasQueryKeyBias ? try source.parameter("qk_bias", [2, 1, sizes.heads, sizes.headWidth]) : nil
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("Wqkv", projection)
    named.add("qk_bias", bias)
    named.add("proj", output)
    return named
  }

  /// - Parameters:
  ///   - x: `[B, T, C]`, the positions after those in the cache.
  ///   - cache: keys and values of earlier positions, to which these are added.
  func callAsFunction(
    _ x: Tensor, _ positions: Positions, cache: (KeyValueCache, KeyValueCache.Layer)? = nil
  ) throws -> Tensor {
    let (batch, length, width) = (x.shape[0], x.shape[1], x.shape[2])
    let parts = try projection(x).reshaped([batch, length, 3, heads, width / heads])
    var (queries, keys) = try (parts.select(2, 0), parts.select(2, 1))
    if let bias = bias?.value {
      queries = try queries + bias.select(0, 0)
      keys = try keys + bias.select(0, 1)
    }
    queries = try queries.rotated(positions).transposed(1, 2)
    keys = try keys.rotated(positions).transposed(1, 2)
    var values = try parts.select(2, 2).transposed(1, 2)
    if let (cache, layer) = cache {
      let slot = try cache.extend(layer, keys: keys, values: values)
      (keys, values) = (slot.keys, slot.values)
    }
    let mixed = try attend(queries, keys, values, positions.mask).transposed(1, 2).reshaped([batch, length, width])
    return try output(mixed)
  }

  /// softmax(q k' / sqrt(d) + mask) v: `[B, heads, T, d]` against `[B, heads, S, d]`.
  private func attend(_ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ mask: Tensor?) throws -> Tensor {
    if queries.type.size < 4 {
      // The fused kernel keeps scores in float32. It cannot be differentiated twice, as the Jacobian penalty needs.
      return try Op.fused(.tensor(queries), .tensor(keys), .tensor(values), .optionalTensor(mask))
    }
    var scores = try queries.matmul(keys.transposed()) * (1 / Double(queries.shape[3]).squareRoot())
    if let mask { scores = try scores + mask }
    return try Op.softmax(.tensor(scores), .int(-1)).matmul(values)
  }
}
