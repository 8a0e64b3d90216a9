import StudyKit
import Support
import Torch

/// How an iteration uses the data.
public enum Splitting: String, CaseIterable, Sendable {
  /// Proximal gradient descent: y <- D(y - s A'(A y - x), sigma).
  case proximalGradient = "pgd"
  /// Half-quadratic splitting: y <- D((A'A + I/s)^-1 (A'x + y/s), sigma).
  case halfQuadratic = "hqs"
}

/// Where an iteration starts.
public enum Start: String, CaseIterable, Sendable {
  /// The measurement x.
  case measurement
  case zero
  /// A'x.
  case adjoint

  func state(_ batch: DegradedImages) throws -> Tensor {
    switch self {
    case .measurement: batch.measurements
    case .zero: try .zeros(like: batch.measurements)
    case .adjoint: try batch.blur.adjoint(batch.measurements)
    }
  }
}

/// One block of a plug-and-play iteration: a step towards the data, and a learned denoiser. The step s and the noise level sigma that
/// the denoiser is told are learned too. Names are those of deepinv's unfolded models.
struct PlugAndPlayBlock: Module {
  let denoiser: DRUNet
  /// sigma, `[]`.
  let noiseLevel: Parameter
  /// How the data are used, and s, `[]`; nil for a block that only denoises.
  let data: (splitting: Splitting, step: Parameter)?
  private let number: Int

  init(number: Int, _ settings: DRUNet.Settings, noiseLevel: Double, data: (splitting: Splitting, step: Double)?) throws {
    self.number = number
    denoiser = try DRUNet(settings)
    self.noiseLevel = try Parameter(Tensor(scalar: noiseLevel, type: .float32))
    self.data = try data.map { ($0.splitting, try Parameter(Tensor(scalar: $0.step, type: .float32))) }
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("init_params_algo.g_param.\(number)", noiseLevel)
    named.add("init_params_algo.stepsize.\(number)", data?.step)
    named.add("prior.\(number).denoiser", denoiser)
    return named
  }

  /// The step towards the data; nil for a block without one.
  func dataStep(_ batch: DegradedImages) throws -> AffineStep? {
    try data.map { splitting, step in
      switch splitting {
      case .proximalGradient: try .gradient(batch.blur, measurement: batch.measurements, step: step.value)
      case .halfQuadratic: try .halfQuadratic(batch.blur, measurement: batch.measurements, step: step.value)
      }
    }
  }

  func callAsFunction(_ state: Tensor, _ step: AffineStep?) throws -> Tensor {
    try denoiser(step.map { try $0(state) } ?? state, noiseLevel: noiseLevel.value)
  }
}

/// A plug-and-play iteration as an implicit model: one block, iterated to its fixed point; the state is the image.
public struct PlugAndPlayEquilibrium: ImplicitModel {
  private let block: PlugAndPlayBlock
  private let start: Start

  public struct Context: Sendable {
    let step: AffineStep?
    let start: Tensor
  }

  public init(_ splitting: Splitting, _ settings: DRUNet.Settings, start: Start, step: Double, noiseLevel: Double) throws {
    block = try PlugAndPlayBlock(number: 0, settings, noiseLevel: noiseLevel, data: (splitting, step))
    self.start = start
  }

  public var parameters: NamedParameters { block.parameters }

  public func inject(_ batch: DegradedImages) throws -> Context {
    Context(step: try block.dataStep(batch), start: try start.state(batch))
  }
  public func initialState(_ context: Context) throws -> Tensor { context.start }
  public func step(_ state: Tensor, _ context: Context) throws -> Tensor { try block(state, context.step) }
  public func readout(_ state: Tensor, _ context: Context) throws -> Tensor { state }
}

/// Blocks with weights of their own, one after the other: an unfolded iteration, or, with one block that only denoises, the
/// explicit DRUNet D(x, sigma).
public struct UnfoldedRestoration: ExplicitModel {
  private let blocks: [PlugAndPlayBlock]
  private let start: Start

  /// - Parameter data: nil for blocks that only denoise.
  public init(
    _ count: Int, _ settings: DRUNet.Settings, start: Start = .measurement, noiseLevel: Double,
    data: (splitting: Splitting, step: Double)?
  ) throws {
    blocks = try (0..<count).map { try PlugAndPlayBlock(number: $0, settings, noiseLevel: noiseLevel, data: data) }
    self.start = start
  }

  public var parameters: NamedParameters {
    var named = NamedParameters()
    for block in blocks { for (name, parameter) in block.parameters { named.add(name, parameter) } }
    return named
  }

  public func predict(_ batch: DegradedImages) throws -> Tensor {
    try blocks.reduce(start.state(batch)) { try $1($0, $1.dataStep(batch)) }
  }
}

/// A denoiser by itself: it is trained on sharp images with noise of random levels, and its weights are where the other models
/// start.
public struct DenoiserTraining: ExplicitModel {
  private let denoiser: DRUNet
  /// Smallest and largest standard deviation of the noise.
  private let levels: ClosedRange<Double>

  public init(_ settings: DRUNet.Settings, levels: ClosedRange<Double>) throws {
    denoiser = try DRUNet(settings)
    self.levels = levels
  }

  public var parameters: NamedParameters { denoiser.parameters }

  /// The images denoised, with noise of the middle level that is always the same for a sample.
  public func predict(_ batch: DegradedImages) throws -> Tensor {
    let middle = (levels.lowerBound + levels.upperBound) / 2
    let noise = batch.draws.flatMap { draw in
      var random = KeyedRandom(seed: 0, stream: "deblurring/denoiser", index: UInt64(draw))
      return random.normals(batch.images.count / batch.sampleCount)
    }
    return try denoised(batch.images, noise, levels: batch.draws.map { _ in middle })
  }

  public var trainsWithRandomNumbers: Bool { true }

  /// With a new level and new noise for every image.
  public func trainingOutput(_ batch: DegradedImages, random: inout KeyedRandom) throws -> Tensor {
    let drawn = random.uniforms(batch.sampleCount, levels.lowerBound, levels.upperBound)
    return try denoised(batch.images, random.normals(batch.images.count), levels: drawn)
  }

  private func denoised(_ images: Tensor, _ noise: [Double], levels: [Double]) throws -> Tensor {
    let (type, device) = (images.type, try images.device)
    let levels = try Tensor(levels, type: type, device: device)
    let noise = try Tensor(noise, shape: images.shape, type: type, device: device)
    return try denoiser(images + noise * levels.reshaped([-1, 1, 1, 1]), noiseLevel: levels)
  }
}
