import Torch

/// A transformer block with norms before and after each part, the second ones on the sum:
///
///     x <- n2(x + attention(n1(x))),   x <- n4(x + perceptron(n3(x)))
struct SandwichBlock: Module {
  let norms: [RootMeanSquareNorm]
  let attention: SelfAttention
  let perceptron: GatedPerceptron

  init(_ sizes: TransformerSizes, from source: ParameterSource) throws {
    norms = try (1...4).map {
      try RootMeanSquareNorm(sizes.width, epsilon: sizes.normEpsilon, from: source.part("norm_\($0)"))
    }
    attention = try SelfAttention(sizes, from: source.part("attn"))
    perceptron = try GatedPerceptron(sizes, from: source.part("mlp"))
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    for (index, norm) in norms.enumerated() { named.add("norm_\(index + 1)", norm) }
    named.add("attn", attention)
    named.add("mlp", perceptron)
    return named
  }

  func callAsFunction(
    _ x: Tensor, _ positions: Positions, cache: (KeyValueCache, KeyValueCache.Layer)? = nil
  ) throws -> Tensor {
    let attended = try norms[1](x + attention(norms[0](x), positions, cache: cache))
    return try norms[3](attended + perceptron(norms[2](attended)))
  }
}
