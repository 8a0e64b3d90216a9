import Foundation
import StudyKit
import Testing
import Torch

@testable import Deblurring

/// Floating-point operations of the restoration models, written out from their sizes: a multiply-add counts as two, a real transform of
/// an image of N points as 2.5 N log2 N. ReLU, sums and other element-wise work are not counted.
@Suite struct FlopTests {
  static let b = 2
  static let settings = DRUNet.Settings(widths: [2, 3, 4, 5], blocks: 2, channels: 3)

  static func batch(_ height: Int, _ width: Int) throws -> DeblurringBatch {
    let images = try Tensor.zeros([b, settings.channels, height, width])
    return try DeblurringBatch(draws: [0, 1], images: images, measurements: images, kernels: .zeros([b, 1, 3, 3]))
  }

  /// Convolutions of 3 x 3 on each scale, two in a block, and of 2 x 2 with stride 2 between scales, once down and once up.
  static func denoiser(_ height: Int, _ width: Int) -> Double {
    let (w, points) = (settings.widths, height * width)
    var sum = 9 * points * ((settings.channels + 1) * w[0] + w[0] * settings.channels)
    for scale in 0..<4 {
      let stages = scale < 3 ? 2 : 1
      sum += stages * settings.blocks * 2 * 9 * w[scale] * w[scale] * points >> (2 * scale)
    }
    // Down: each point of the coarser scale sees 2 x 2 points. Up: each point of it meets 2 x 2 weights. That is the same number.
    for scale in 0..<3 { sum += 2 * 4 * w[scale] * w[scale + 1] * points >> (2 * (scale + 1)) }
    return Double(2 * b * sum)
  }

  /// From all images to their half spectra, or back.
  static func transform(_ height: Int, _ width: Int) -> Double {
    let points = Double(height * width)
    return Double(b * settings.channels) * 2.5 * points * log2(points)
  }

  static func isClose(_ found: Double, _ expected: Double) -> Bool { abs(found - expected) <= 1e-12 * expected }

  @Test func `The denoiser: convolutions on four scales, on the continued image`() throws {
    // Sides that are taken as they are, and others.
    for (height, width, continued) in [(32, 40, (32, 40)), (20, 12, (32, 16))] {
      let network = try UnfoldedRestoration(1, Self.settings, noiseLevel: 0.1, data: nil)
      let batch = try Self.batch(height, width)
      let found = try Runtime.countingFlops { try network.predict(batch) }.flops
      #expect(found == Self.denoiser(continued.0, continued.1))
      let training = try DenoiserTraining(Self.settings, levels: 0...0.2)
      #expect(try Runtime.countingFlops { try training.predict(batch) }.flops == found)
    }
  }

  @Test(arguments: Splitting.allCases, Start.allCases)
  func `plug-and-play: two transforms for the offset, two and the denoiser in a step`(splitting: Splitting, start: Start) throws {
    let network = try PlugAndPlayEquilibrium(splitting, Self.settings, start: start, step: 1, noiseLevel: 0.1)
    let batch = try Self.batch(32, 40)
    let (context, inject) = try Runtime.countingFlops { try network.inject(batch) }
    let state = try network.initialState(context)
    let step = try Runtime.countingFlops { try network.step(state, context) }.flops
    let readout = try Runtime.countingFlops { try network.readout(state, context) }.flops
    let transform = Self.transform(32, 40)
    #expect(Self.isClose(inject, (start == .adjoint ? 4 : 2) * transform))
    #expect(Self.isClose(step, 2 * transform + Self.denoiser(32, 40)))
    #expect(readout == 0)
  }

  @Test(arguments: Splitting.allCases) func `Unfolded: every block has its own offset, step and denoiser`(splitting: Splitting)
    throws
  {
    let network = try UnfoldedRestoration(3, Self.settings, noiseLevel: 0.1, data: (splitting, 1))
    let batch = try Self.batch(32, 40)
    let found = try Runtime.countingFlops { try network.predict(batch) }.flops
    #expect(Self.isClose(found, 3 * (4 * Self.transform(32, 40) + Self.denoiser(32, 40))))
  }
}
