import Foundation
import Torch

/// How close an image is to another one; both `[B, C, h, w]` with values in [0, 1], not clipped. One number for each image, `[B]`.
public enum ImageQuality {
  /// Peak signal-to-noise ratio with peak 1, in dB: -10 log10(MSE + 1e-8), which is 80 for equal images (the convention of
  /// deepinv).
  public static func psnr(_ image: Tensor, _ reference: Tensor) throws -> Tensor {
    try (meanSquaredError(image, reference) + 1e-8).log() * (-10 / log(10.0))
  }

  /// Mean of (image - reference)^2 over channels and pixels: `[B, C, H, W]` twice to `[B]`.
  public static func meanSquaredError(_ image: Tensor, _ reference: Tensor) throws -> Tensor {
    try (image - reference).pow(2).mean(dimensions: [1, 2, 3])
  }

  /// Structural similarity (Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 2004): Gaussian window of deviation 1.5, 11 x 11 pixels or
  /// less where the image is smaller, K1 = 0.01, K2 = 0.03, mean over the places of the whole window and the channels.
  public static func ssim(_ image: Tensor, _ reference: Tensor) throws -> Tensor {
    let channels = image.shape[1]
    let smallest = min(image.shape[2], image.shape[3])
    let size = min(11, smallest - (smallest + 1) % 2)
    let window = try Tensor(BlurKernel.gaussian(size: size, deviation: 1.5).weights, shape: [1, 1, size, size])
      .to(type: image.type, device: image.device).expanded([channels, 1, size, size])
    func mean(_ x: Tensor) throws -> Tensor { try x.convolved(window, groups: channels) }
    let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)
    let (a, b) = (try mean(image), try mean(reference))
    let varianceA = try mean(image.pow(2)) - a.pow(2)
    let varianceB = try mean(reference.pow(2)) - b.pow(2)
    let covariance = try mean(image * reference) - a * b
    let similarity =
      try (a * b * 2 + c1) * (covariance * 2 + c2)
      / ((a.pow(2) + b.pow(2) + c1) * (varianceA + varianceB + c2))
    return try similarity.mean(dimensions: [1, 2, 3])
  }
}
