import Torch

/// proj(silu(a) * b) with a, b the halves of fc(x).
struct GatedPerceptron: Module {
  let input: Linear
  let output: Linear

  init(_ sizes: TransformerSizes, from source: ParameterSource) throws {
    input = try source.linear("fc", sizes.width, 2 * sizes.intermediate)
    output = try source.linear("proj", sizes.intermediate, sizes.width)
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("fc", input)
    named.add("proj", output)
    return named
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    let parts = try input(x).split(output.weight.value.shape[1], dimension: -1)
    return try output(parts[0].silu() * parts[1])
  }
}
