import Support
import Torch

/// The blur A of periodic images by a kernel k, and what reconstructions need of it.
///
/// A is a circular correlation, the convention of deepinv's `BlurFFT`, with the centre c = (size - 1) / 2 rounded down:
///
///     (A x)[p] = sum_d k[d] x[p + d - c],    (A' y)[p] = sum_d k[d] y[p - d + c]
///
/// With H the transform of the kernel, centre at the origin, A multiplies the transform of x by conj(H) and A' by H.
public struct BlurOperator: Sendable {
  /// H, `[B or 1, C or 1, h, w/2 + 1]`.
  let transfer: Tensor
  /// |H|^2, real.
  let power: Tensor
  /// Rows of the images that it blurs.
  public let height: Int
  /// Columns of the images that it blurs.
  public let width: Int

  /// - Parameters:
  ///   - kernels: `[B or 1, C or 1, kh, kw]`, real.
  ///   - height, width: of the images, at least those of the kernels.
  public init(kernels: Tensor, height: Int, width: Int) throws {
    guard kernels.rank == 4, (1...height).contains(kernels.shape[2]), (1...width).contains(kernels.shape[3]) else {
      throw Failure(
        .badData, "expected kernels [B, C, h, w] no larger than the image, \(height) x \(width), found \(kernels.shape)",
        remedy: "take a smaller kernel or larger images")
    }
    let (rows, columns) = (kernels.shape[2], kernels.shape[3])
    transfer = try kernels.padded(right: width - columns, bottom: height - rows)
      .rolled([-((rows - 1) / 2), -((columns - 1) / 2)], dimensions: [-2, -1]).halfSpectrum()
    power = try transfer.abs().pow(2)
    self.height = height
    self.width = width
  }

  /// A x, `[B, C, h, w]`.
  public func blurred(_ image: Tensor) throws -> Tensor { try self.image(image.halfSpectrum() * transfer.conjugate()) }

  /// A' y.
  public func adjoint(_ measurement: Tensor) throws -> Tensor { try self.image(measurement.halfSpectrum() * transfer) }

  /// The gradient of ||A x - y||^2 / 2: A' (A x - y).
  public func dataGradient(_ image: Tensor, measurement: Tensor) throws -> Tensor {
    try adjoint(blurred(image) - measurement)
  }

  /// argmin_u step/2 ||A u - y||^2 + 1/2 ||u - z||^2, by Fourier transforms.
  ///
  /// - Parameter step: scalar tensor above 0.
  public func proximal(_ z: Tensor, measurement: Tensor, step: Tensor) throws -> Tensor {
    try AffineStep.halfQuadratic(self, measurement: measurement, step: step)(z)
  }

  func image(_ spectrum: Tensor) throws -> Tensor { try spectrum.image(height: height, width: width) }
}
