import StudyKit
import Support
import Torch

private enum Op {
  static let pad = Operator("aten::constant_pad_nd")
}

/// What the three networks share: from the input to the state's space, and from there to the output.
///
/// Names of the parameters are those of the reference; complex weights have a last axis (real, imaginary).
struct FourierFrame: Sendable {
  let size: FourierNetworkSize
  /// Points of a field along both axes.
  let points: (x: Int, y: Int)
  let basis: SpectralBasis
  let lift: Linear
  let blocks: [FourierBlock]
  let decoder: FourierLayer
  let head: PointwisePerceptron

  init(_ size: FourierNetworkSize, channels: Int, points: (x: Int, y: Int), type: DType) throws {
    let (height, width) = (points.x + size.padding, points.y + size.padding)
    guard size.modes <= height / 2, size.modes <= width / 2 + 1 else {
      throw Failure(
        .usage,
        "expected at most \(min(height / 2, width / 2 + 1)) modes on \(points.x) x \(points.y) points, found \(size.modes)",
        at: "models", remedy: "modes above the Nyquist wave number do not exist; lower `modes`, or use a finer dataset")
    }
    self.size = size
    self.points = points
    basis = try SpectralBasis(height: height, width: width, rows: size.modes, columns: size.modes)
    lift = try Linear(channels + (size.coordinates ? 2 : 0), size.width, type: type)
    blocks = try (0..<size.depth).map { _ in try FourierBlock(size, type: type) }
    decoder = try FourierLayer(size, type: type)
    head = try PointwisePerceptron(size.width, 4 * size.width, 1, type: type)
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("fc", lift)
    for (number, block) in blocks.enumerated() { block.add(to: &named, prefix: "deq_block.deq_block.\(number).") }
    decoder.add(to: &named, prefix: "", suffix: ("", ""))
    named.add("q", head)
    return named
  }

  /// That of the implicit network.
  var normalization: InstanceNormalization { .floor(size.varianceFloor) }

  /// The lifted, padded input: `[B, C, H, W]` -> `[B, width, H + padding, W + padding]`.
  func lifted(_ batch: SteadyFlowBatch) throws -> Tensor {
    let input = batch.input
    guard input.shape[2] == points.x, input.shape[3] == points.y else {
      throw Failure(
        .badData, "expected fields of \(points.x) x \(points.y) points, found \(input.shape[2]) x \(input.shape[3])",
        remedy: "build the model for the dataset that it is applied to")
    }
    var channels = try input.permuted([0, 2, 3, 1])
    if size.coordinates { channels = try .concatenated([channels, coordinates(input)], dimension: 3) }
    let features = try lift(channels).permuted([0, 3, 1, 2])
    if size.padding == 0 { return try features.contiguous() }
    return try Op.pad(.tensor(features), .ints([0, size.padding, 0, size.padding]), .double(0))
  }

  /// (i / (H - 1), j / (W - 1)) of point (i, j), `[B, H, W, 2]`.
  private func coordinates(_ input: Tensor) throws -> Tensor {
    func axis(_ count: Int) throws -> Tensor {
      try Tensor(
        (0..<count).map { Double($0) / Double(max(count - 1, 1)) }, type: input.type, device: input.device)
    }
    let shape = [points.x, points.y]
    let grid = try Tensor.stacked(
      [axis(points.x).unsqueezed(1).expanded(shape), axis(points.y).unsqueezed(0).expanded(shape)], dimension: 2)
    return try grid.unsqueezed(0).expanded([input.shape[0]] + shape + [2])
  }

  /// The output `[B, H, W]` of a state.
  func output(_ state: Tensor, _ decoder: PreparedLayer, _ normalization: InstanceNormalization) throws -> Tensor {
    let (spectral, local) = try decoder.terms(state, normalization)
    let cropped = try (spectral + local).narrow(2, from: 0, count: points.x).narrow(3, from: 0, count: points.y)
    return try head(cropped).select(1, 0)
  }

  /// The initial values of the reference: weights and biases uniform in +- 1 / sqrt(inputs); spectral weights uniform in
  /// [0, 1 / width^2).
  func initialize(seed: UInt64) throws {
    let entries = parameters.entries
    var fanIn = 1
    for (name, parameter) in entries {
      let shape = parameter.value.shape
      let value: Tensor
      if parameter.isComplexPair {
        let scale = 1 / Double(shape[0] * shape[1])
        value = try (Initialization.uniform(shape, bound: 0.5, seed: seed, name: name) + 0.5) * scale
      } else {
        // A bias follows its weight.
        if shape.count > 1 { fanIn = shape[1] }
        value = try Initialization.uniform(shape, bound: 1 / Double(fanIn).squareRoot(), seed: seed, name: name)
      }
      try parameter.assign(value.to(type: parameter.value.type))
    }
  }
}
