/// Linear, ReLU, Linear. Parameter names are those of `torch.nn.Sequential`: `0.weight`, ..., `2.weight`.
///
///     let network = try TwoLayerPerceptron(2, 8, 1)  // all parameters 0
///     let y = try network(Tensor.zeros([5, 2])).shape  // [5, 1]
public struct TwoLayerPerceptron: Module {
  /// `[hidden, inputs]`
  public let first: Linear
  /// `[outputs, hidden]`
  public let second: Linear

  /// Parameters start at zero; initialise them by name afterwards.
  public init(
    _ inputs: Int, _ hidden: Int, _ outputs: Int, firstBias: Bool = true, secondBias: Bool = true,
    type: DType = .float32
  ) throws {
    first = try Linear(inputs, hidden, bias: firstBias, type: type)
    second = try Linear(hidden, outputs, bias: secondBias, type: type)
  }

  /// Those of the first layer below `0`, those of the second below `2`.
  public var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("0", first)
    named.add("2", second)
    return named
  }

  private static let fused = Operator("implicit::perceptron")

  /// W2 relu(W1 [x, y] + b1) + b2 of every row of `[N, width]` matrices, in one operator that keeps blocks of rows in cache:
  /// `[N, inputs]` -> `[N, outputs]`. Throws for other widths and types.
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
