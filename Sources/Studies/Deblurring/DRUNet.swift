import Support
import Torch

/// DRUNet, the denoiser D(x, sigma) of Zhang et al., "Plug-and-play image restoration with deep denoiser prior", TPAMI 2021: a
/// U-net of four scales whose input is the image and a map of its noise level.
///
///     x1 = head [x, sigma];  x2, x3, x4 = down 1, 2, 3;  D = tail(up1(up2(up3(body(x4) + x4) + x3) + x2) + x1)
///
/// No convolution has a bias, so that D is homogeneous: D(a x, a sigma) = a D(x, sigma). Parameter names are those of deepinv.
public struct DRUNet: Module {
  /// The sizes that make one DRUNet different from another.
  public struct Settings: Equatable, Sendable {
    /// Channels of the four scales; published: 64, 128, 256, 512.
    public var widths: [Int]
    /// Residual blocks of each stage, at least 1; published: 4.
    public var blocks: Int
    /// Channels of the images.
    public var channels: Int

    public init(widths: [Int] = [64, 128, 256, 512], blocks: Int = 4, channels: Int = 3) {
      (self.widths, self.blocks, self.channels) = (widths, blocks, channels)
    }
  }

  /// The sizes it was built with.
  public let settings: Settings
  private let head: Parameter
  private let downs: [Stage]
  private let body: Stage
  /// From the coarsest to the finest.
  private let ups: [Stage]
  private let tail: Parameter

  /// Parameters start at zero; initialise them by name afterwards.
  public init(_ settings: Settings) throws {
    let (w, blocks) = (settings.widths, settings.blocks)
    guard w.count == 4, w.allSatisfy({ $0 >= 1 }), blocks >= 1, settings.channels >= 1 else {
      throw Failure(.usage, "expected four widths and one or more blocks, found \(w) and \(blocks)", at: "DRUNet")
    }
    self.settings = settings
    head = try Parameter(.zeros([w[0], settings.channels + 1, 3, 3]))
    downs = try (0..<3).map { scale in
      try Stage("m_down\(scale + 1)", width: w[scale], blocks, resampling: .down(to: w[scale + 1]))
    }
    body = try Stage("m_body", width: w[3], blocks, resampling: .none)
    ups = try (0..<3).reversed().map { scale in
      try Stage("m_up\(scale + 1)", width: w[scale], blocks, resampling: .up(from: w[scale + 1]))
    }
    tail = try Parameter(.zeros([settings.channels, w[0], 3, 3]))
  }

  /// Named as in the published weights.
  public var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("m_head.weight", head)
    for stage in downs + [body] + ups { for (name, parameter) in stage.parameters { named.add(name, parameter) } }
    named.add("m_tail.weight", tail)
    return named
  }

  /// - Parameters:
  ///   - image: `[B, C, h, w]`.
  ///   - noiseLevel: of each image `[B]`, or of all `[]`.
  ///
  /// Sides that are multiples of 8 and at least 32 are taken as they are; other images are continued on the right and at the
  /// bottom, by their last columns and rows, to multiples of 16, as deepinv does in training.
  public func callAsFunction(_ image: Tensor, noiseLevel: Tensor) throws -> Tensor {
    let (height, width) = (image.shape[2], image.shape[3])
    let map = try noiseLevel.reshaped([-1, 1, 1, 1]).expanded([image.shape[0], 1, height, width])
    let input = try Tensor.concatenated([image, map], dimension: 1)
    if [height, width].allSatisfy({ $0 % 8 == 0 && $0 > 31 }) { return try denoised(input) }
    let padded = try input.replicated(right: (16 - width % 16) % 16, bottom: (16 - height % 16) % 16)
    return try denoised(padded).narrow(2, from: 0, count: height).narrow(3, from: 0, count: width)
  }

  private func denoised(_ input: Tensor) throws -> Tensor {
    var scales = [try input.convolved(head.value, padding: 1)]
    for stage in downs { scales.append(try stage(scales[scales.count - 1])) }
    var state = try body(scales[3])
    for (stage, scale) in zip(ups, scales.reversed()) { state = try stage(state + scale) }
    return try (state + scales[0]).convolved(tail.value, padding: 1)
  }

  /// The settings that weights of these shapes have; nil if they are none of a DRUNet.
  ///
  /// - Parameter prefix: what stands before the names, for example `prior.0.denoiser.`.
  static func settings(of shapes: [String: [Int]], prefix: String) -> Settings? {
    func count(_ stage: String) -> Int {
      (0...).first { shapes["\(prefix)\(stage).\($0).res.0.weight"] == nil } ?? 0
    }
    let blocks = count("m_down1")
    let widths = (1...3).compactMap { shapes["\(prefix)m_down\($0).\(blocks).weight"]?.first }
    guard blocks >= 1, widths.count == 3, let head = shapes["\(prefix)m_head.weight"], head.count == 4 else { return nil }
    return Settings(widths: [head[0]] + widths, blocks: blocks, channels: head[1] - 1)
  }
}

/// Residual blocks x + conv(relu(conv(x))) of one width, behind a 2 x 2 upsampling or before a 2 x 2 downsampling.
private struct Stage: Module {
  enum Resampling { case none, down(to: Int), up(from: Int) }

  private let name: String
  private let blocks: [(first: Parameter, second: Parameter)]
  private let down: Parameter?
  private let up: Parameter?

  init(_ name: String, width: Int, _ count: Int, resampling: Resampling) throws {
    self.name = name
    func convolution() throws -> Parameter { try Parameter(.zeros([width, width, 3, 3])) }
    blocks = try (0..<count).map { _ in (try convolution(), try convolution()) }
    var (down, up): (Parameter?, Parameter?) = (nil, nil)
    switch resampling {
    case .none: break
    case .down(let wider): down = try Parameter(.zeros([wider, width, 2, 2]))
    case .up(let wider): up = try Parameter(.zeros([wider, width, 2, 2]))
    }
    (self.down, self.up) = (down, up)
  }

  /// The modules of a stage are numbered, a single one is not.
  var parameters: NamedParameters {
    var named = NamedParameters()
    let modules = blocks.count + (down == nil ? 0 : 1) + (up == nil ? 0 : 1)
    func prefix(_ number: Int) -> String { modules == 1 ? name : "\(name).\(number)" }
    named.add("\(prefix(0)).weight", up)
    for (number, block) in blocks.enumerated() {
      let position = number + (up == nil ? 0 : 1)
      named.add("\(prefix(position)).res.0.weight", block.first)
      named.add("\(prefix(position)).res.2.weight", block.second)
    }
    named.add("\(prefix(blocks.count)).weight", down)
    return named
  }

  func callAsFunction(_ input: Tensor) throws -> Tensor {
    var state = try up.map { try input.transposedConvolved($0.value, stride: 2) } ?? input
    for block in blocks {
      let inner = try state.convolved(block.first.value, padding: 1).relu()
      state = try state + inner.convolved(block.second.value, padding: 1)
    }
    return try down.map { try state.convolved($0.value, stride: 2) } ?? state
  }
}
