import Torch

/// x / sqrt(mean(x^2) + eps) * w over the last axis (Zhang, Sennrich 2019), computed in at least float32.
struct RootMeanSquareNorm: Module {
  /// `[C]`
  let weight: Parameter
  let epsilon: Double

  private static let rsqrt = Operator("aten::rsqrt")

  init(_ width: Int, epsilon: Double, from source: ParameterSource) throws {
    weight = try source.parameter("weight", [width], fill: 1)
    self.epsilon = epsilon
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("weight", weight)
    return named
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    let wide = try x.type.size < 4 ? x.to(type: .float32) : x
    let scale = try Self.rsqrt(.tensor((wide * wide).mean(dimensions: [-1], keeping: true) + epsilon))
    return try (wide * scale).to(type: x.type) * weight.value
  }
}
