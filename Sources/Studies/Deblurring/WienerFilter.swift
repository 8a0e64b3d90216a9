import Foundation
import StudyKit
import Torch

/// The classical linear restoration, one pass in Fourier space with a prior of spectrum |f|^-p:
///
///     X = H Y / (|H|^2 + a |f|^p),   f in cycles per pixel,
///
/// the Wiener filter of an image whose power falls as |f|^-p, with a the power of the noise relative to that of the image at |f| = 1. The
/// mean is not penalised. a and p are tuned on the training split, as weights are.
public struct WienerFilter: ExplicitModel {
  /// log a and p, `[]` each.
  private let penalty, exponent: Parameter

  /// Begins with the noise level given and p = 2.
  public init(noiseLevel: Double) throws {
    penalty = try Parameter(Tensor(scalar: 2 * log(noiseLevel), type: .float32))
    exponent = try Parameter(Tensor(scalar: 2, type: .float32))
  }

  /// The two numbers.
  public var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("log_penalty", penalty)
    named.add("exponent", exponent)
    return named
  }

  /// The filtered measurement, `[B, C, H, W]`.
  public func predict(_ batch: DeblurringBatch) throws -> Tensor {
    let (blur, spectrum) = (batch.blur, try batch.measurements.halfSpectrum())
    let (logarithms, isAbove) = try Self.frequencies(blur, like: batch.measurements)
    let prior = try (logarithms * exponent.value + penalty.value).exp() * isAbove
    // Without a prior at f = 0 the kernel's sum decides, which is above 0.
    return try blur.image(spectrum * blur.transfer / (blur.power + prior))
  }

  /// log |f| of each coefficient of the half-plane, 0 for f = 0, and whether f is above 0, `[1, 1, h, w/2 + 1]`.
  private static func frequencies(_ blur: BlurOperator, like image: Tensor) throws -> (logarithms: Tensor, isAbove: Tensor) {
    let (height, width) = (blur.height, blur.width)
    let columns = width / 2 + 1
    let lengths = (0..<height * columns).map { index -> Double in
      let row = index / columns
      let v = Double(row < (height + 1) / 2 ? row : row - height) / Double(height)
      let u = Double(index % columns) / Double(width)
      return (u * u + v * v).squareRoot()
    }
    func tensor(_ values: [Double]) throws -> Tensor {
      try Tensor(values, shape: [1, 1, height, columns], type: image.type, device: image.device)
    }
    return try (tensor(lengths.map { $0 > 0 ? log($0) : 0 }), tensor(lengths.map { $0 > 0 ? 1 : 0 }))
  }
}
