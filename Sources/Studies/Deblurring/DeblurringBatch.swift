import StudyKit
import Torch

/// B degraded images with what was done to them.
public struct DeblurringBatch: SampleBatch {
  /// Number of the draw of each sample; keys random numbers.
  let draws: [Int]
  /// x, the labels: `[B, C, h, w]`, values in [0, 1].
  public let images: Tensor
  /// y = A x + noise.
  public let measurements: Tensor
  /// A, one for each sample.
  public let blur: BlurOperator

  /// B
  public var sampleCount: Int { images.shape[0] }

  /// - Parameter kernels: `[B, 1, kh, kw]`.
  public init(draws: [Int], images: Tensor, measurements: Tensor, kernels: Tensor) throws {
    self.init(
      draws: draws, images: images, measurements: measurements,
      blur: try BlurOperator(kernels: kernels, height: images.shape[2], width: images.shape[3]))
  }

  private init(draws: [Int], images: Tensor, measurements: Tensor, blur: BlurOperator) {
    (self.draws, self.images, self.measurements, self.blur) = (draws, images, measurements, blur)
  }

  /// The same samples with other measurements.
  func measured(as measurements: Tensor) -> DeblurringBatch {
    DeblurringBatch(draws: draws, images: images, measurements: measurements, blur: blur)
  }

  /// The same samples with x + change, measured with the same noise: y + A change.
  ///
  /// - Returns: also ||A change|| of each sample.
  func moved(by change: Tensor) throws -> (batch: DeblurringBatch, distances: [Double]) {
    let seen = try blur.blurred(change.expanded(images.shape))
    let moved = DeblurringBatch(
      draws: draws, images: try images + change, measurements: try measurements + seen, blur: blur)
    return (moved, try seen.sampleNorms().doubles())
  }
}
