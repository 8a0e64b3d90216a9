import Torch

private enum Op {
  static let layerNorm = Operator("aten::layer_norm")
  static let addBatchedProduct = Operator("aten::baddbmm")
}

/// A linear map of the channels at each point, `[B, I, H, W]` -> `[B, O, H, W]`: a 1 x 1 convolution.
struct PointwiseLinear: Module {
  /// `[O, I, 1, 1]`
  let weight: Parameter
  /// `[O]`
  let bias: Parameter

  init(_ inputs: Int, _ outputs: Int, type: DType) throws {
    weight = try Parameter(.zeros([outputs, inputs, 1, 1], type: type))
    bias = try Parameter(.zeros([outputs], type: type))
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("weight", weight)
    named.add("bias", bias)
    return named
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    let (batch, inputs, outputs) = (x.shape[0], x.shape[1], weight.value.shape[0])
    let matrix = try weight.value.reshaped([1, outputs, inputs]).expanded([batch, outputs, inputs])
    return try Op.addBatchedProduct(
      .tensor(bias.value.reshaped([1, outputs, 1])), .tensor(matrix), .tensor(x.reshaped([batch, inputs, -1]))
    ).reshaped([batch, outputs] + x.shape.dropFirst(2))
  }
}

/// Pointwise linear, GELU, pointwise linear.
struct PointwisePerceptron: Module {
  let first: PointwiseLinear
  let second: PointwiseLinear

  init(_ inputs: Int, _ hidden: Int, _ outputs: Int, type: DType) throws {
    first = try PointwiseLinear(inputs, hidden, type: type)
    second = try PointwiseLinear(hidden, outputs, type: type)
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("mlp1", first)
    named.add("mlp2", second)
    return named
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try second(first(x).gelu()) }
}

extension Tensor {
  /// (x - mean) / sqrt(variance + floor) over the points of each channel of each sample, `[B, C, H, W]`; the biased variance. Small fields
  /// are multiplied by up to 1 / sqrt(floor).
  func instanceNormalized(floor: Double = InstanceNormalization.publishedFloor) throws -> Tensor {
    let points = shape[2] * shape[3]
    return try Op.layerNorm(
      .tensor(reshaped([shape[0] * shape[1], points])), .ints([points]), .none, .none, .double(floor), .bool(false)
    ).reshaped(shape)
  }

  fileprivate func normalized(_ normalization: InstanceNormalization) throws -> Tensor {
    if case .floor(let floor) = normalization { try instanceNormalized(floor: floor) } else { self }
  }
}

/// Whether fields are normalised, and what is added to their variance.
enum InstanceNormalization: Equatable, Sendable {
  case none
  case floor(Double)

  /// As in the published code.
  static let publishedFloor = 1e-5
  static let published = InstanceNormalization.floor(publishedFloor)
}

/// One Fourier layer: a spectral convolution followed by a perceptron, beside a pointwise linear map,
///
///     N(mlp(N(K z))) + N(w z),   N the instance normalisation, or nothing.
struct FourierLayer {
  let convolution: SpectralConvolution
  let perceptron: PointwisePerceptron
  let bypass: PointwiseLinear

  init(_ size: FourierNetworkSize, type: DType) throws {
    let width = size.width
    convolution = try SpectralConvolution(width, width, rows: size.modes, columns: size.modes, type: type)
    perceptron = try PointwisePerceptron(width, width, width, type: type)
    bypass = try PointwiseLinear(width, width, type: type)
  }

  /// Adds the parameters as `conv`, `mlp` and `w` followed by `suffix`, below a prefix that ends in a dot or is empty.
  func add(to named: inout NamedParameters, prefix: String, suffix: (mlp: String, others: String)) {
    named.add("\(prefix)conv\(suffix.others.isEmpty ? "" : suffix.others)", convolution)
    named.add("\(prefix)mlp\(suffix.mlp)", perceptron)
    named.add("\(prefix)w\(suffix.others.isEmpty ? "0" : suffix.others)", bypass)
  }

  func prepared(_ basis: SpectralBasis) throws -> PreparedLayer {
    PreparedLayer(layer: self, basis: basis, weights: try convolution.prepared(basis))
  }
}

/// A Fourier layer with its spectral weights in the order of use.
struct PreparedLayer: Sendable {
  let layer: FourierLayer
  let basis: SpectralBasis
  let weights: Tensor

  /// The two terms, to be added.
  func terms(_ z: Tensor, _ normalization: InstanceNormalization) throws -> (spectral: Tensor, local: Tensor) {
    let spectral = try layer.perceptron(basis.convolved(z, weights).normalized(normalization))
    return try (spectral.normalized(normalization), layer.bypass(z).normalized(normalization))
  }
}

/// Three Fourier layers with GELU, the injection added before each: z -> z', `[B, width, H, W]`.
struct FourierBlock: Sendable {
  let layers: [FourierLayer]

  init(_ size: FourierNetworkSize, type: DType) throws {
    layers = try (0..<3).map { _ in try FourierLayer(size, type: type) }
  }

  func add(to named: inout NamedParameters, prefix: String) {
    for (number, layer) in layers.enumerated() {
      layer.add(to: &named, prefix: prefix, suffix: ("\(number)", "\(number)"))
    }
  }

  func prepared(_ basis: SpectralBasis) throws -> PreparedBlock {
    PreparedBlock(layers: try layers.map { try $0.prepared(basis) })
  }
}

struct PreparedBlock: Sendable {
  let layers: [PreparedLayer]

  func callAsFunction(_ state: Tensor, injection: Tensor?, _ normalization: InstanceNormalization) throws -> Tensor {
    var z = try state.normalized(normalization)
    for layer in layers {
      let (spectral, local) = try layer.terms(z, normalization)
      var sum = try spectral + local
      if let injection { sum = try sum + injection }
      z = try sum.gelu()
    }
    return z
  }
}
