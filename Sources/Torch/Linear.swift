/// The affine map y = x W^T + b over the last axis: `[..., in]` -> `[..., out]`.
///
///     let layer = try Linear(weight: Parameter(Tensor([1, 2], shape: [1, 2])), bias: Parameter(Tensor([10])))
///     let y = try layer(Tensor([3, 4])).doubles()  // [21]
public struct Linear: Module {
  /// `[out, in]`
  public let weight: Parameter
  /// `[out]`
  public let bias: Parameter?

  /// Parameters start at zero; initialise them by name afterwards.
  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true, type: DType = .float32) throws {
    weight = try Parameter(.zeros([outputs, inputs], type: type))
    self.bias = bias ? try Parameter(.zeros([outputs], type: type)) : nil
  }

  /// A map with given parameters.
  public init(weight: Parameter, bias: Parameter? = nil) {
    self.weight = weight
    self.bias = bias
  }

  /// `weight`, and `bias` where there is one.
  public var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("weight", weight)
    named.add("bias", bias)
    return named
  }

  /// `[..., in]` -> `[..., out]`. Throws for another width or type.
  public func callAsFunction(_ x: Tensor) throws -> Tensor { try x.linear(weight.value, bias?.value) }
}
