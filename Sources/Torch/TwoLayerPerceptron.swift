/// Linear, ReLU, Linear. Parameter names are those of `torch.nn.Sequential`: `0.weight`, ..., `2.weight`.
public struct TwoLayerPerceptron: Module {
  public let first: Linear
  public let second: Linear

  public init(
    _ inputs: Int, _ hidden: Int, _ outputs: Int, firstBias: Bool = true, secondBias: Bool = true,
    type: DType = .float32
  ) throws {
    first = try Linear(inputs, hidden, bias: firstBias, type: type)
    second = try Linear(hidden, outputs, bias: secondBias, type: type)
  }

  public var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("0", first)
    named.add("2", second)
    return named
  }

  private static let fused = Operator("implicit::perceptron")

  /// W2 relu(W1 [x, y] + b1) + b2 of every row of `[N, width]` matrices, in one operator that keeps blocks of rows in cache.
  ///
  /// - Parameters:
  ///   - beside: further columns of the input, as if concatenated to `x`.
  ///   - rectified: applies a ReLU to the result.
  public func callAsFunction(_ x: Tensor, beside y: Tensor? = nil, rectified: Bool = false) throws -> Tensor {
    try Self.fused(
      .tensor(x), .optionalTensor(y), .tensor(first.weight.value), .optionalTensor(first.bias?.value),
      .tensor(second.weight.value), .optionalTensor(second.bias?.value), .bool(rectified))
  }
}
