import Torch

/// The part of an iteration that uses the data: an affine map z -> F^-1 (gain . F z) + offset.
///
/// Gain and offset are computed once for all iterations, so that a step costs two transforms.
public struct AffineStep: Sendable {
  /// `[B or 1, C or 1, h, w/2 + 1]`, real.
  private let gain: Tensor
  /// `[B, C, h, w]`
  private let offset: Tensor
  private let blur: BlurOperator

  /// z - s A' (A z - y).
  static func gradient(_ blur: BlurOperator, measurement: Tensor, step: Tensor) throws -> AffineStep {
    AffineStep(
      gain: try 1 - blur.power * step, offset: try blur.adjoint(measurement) * step, blur: blur)
  }

  /// (A'A + I/s)^-1 (A'y + z/s).
  static func halfQuadratic(_ blur: BlurOperator, measurement: Tensor, step: Tensor) throws -> AffineStep {
    let gain = try 1 / (blur.power * step + 1)
    let offset = try blur.image(measurement.halfSpectrum() * blur.transfer * (gain * step))
    return AffineStep(gain: gain, offset: offset, blur: blur)
  }

  /// The value at z: `[B, C, h, w]` to the same shape.
  public func callAsFunction(_ z: Tensor) throws -> Tensor { try blur.image(z.halfSpectrum() * gain) + offset }
}
