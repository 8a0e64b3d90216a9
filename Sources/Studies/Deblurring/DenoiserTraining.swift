import StudyKit
import Support
import Torch

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

  /// Those of the denoiser.
  public var parameters: NamedParameters { denoiser.parameters }

  /// The images denoised, with noise of the middle level that is always the same for a sample.
  public func predict(_ batch: DeblurringBatch) throws -> Tensor {
    let middle = (levels.lowerBound + levels.upperBound) / 2
    let noise = batch.draws.flatMap { draw in
      var random = KeyedRandom(seed: 0, stream: "deblurring/denoiser", index: UInt64(draw))
      return random.normals(batch.images.count / batch.sampleCount)
    }
    return try denoised(batch.images, noise, levels: batch.draws.map { _ in middle })
  }

  /// The noise that each step adds is drawn anew.
  public var trainsWithRandomNumbers: Bool { true }

  /// With a new level and new noise for every image.
  public func trainingOutput(_ batch: DeblurringBatch, random: inout KeyedRandom) throws -> Tensor {
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
