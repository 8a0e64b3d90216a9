import Foundation
import Support
import Testing
import Torch

@testable import Deblurring

@Suite struct ImageQualityTests {
  @Test func `PSNR is that of deepinv`() throws {
    let fixture = try Fixture("deblur.h5")
    let found = try ImageQuality.psnr(fixture.tensor("psnr/estimate"), fixture.tensor("psnr/reference"))
    #expect(try fixture.excess(found, over: "psnr/value") < 1)
  }

  @Test func `The error of an image is its PSNR with the other sign, its loss the mean squared error`() throws {
    let images = try normal([2, 3, 16, 16], "x")
    let batch = try DeblurringBatch(
      draws: [0, 1], images: images, measurements: images, kernels: normal([1, 1, 3, 3], "k"))
    let output = try images + 0.1
    #expect(try abs(DeblurringStudy.losses(output, batch).doubles()[1] - 0.01) < 1e-12)
    #expect(try abs(DeblurringStudy.error(output, batch)[0] + 20) < 1e-5)
    #expect(try DeblurringStudy.qualities[0].values(output, batch).doubles()[0] > 19.99)
  }

  @Test func `SSIM is 1 for equal images, follows its formula for a change of brightness, and falls with noise`() throws {
    let x = try normal([1, 3, 24, 20], "x") * 0.1 + 0.5
    #expect(try abs(ImageQuality.ssim(x, x).scalar() - 1) < 1e-12)
    // Constant images: only the factor of the means is left.
    let (a, b) = try (Tensor.full([1, 1, 16, 16], 0.4, type: .float64), Tensor.full([1, 1, 16, 16], 0.6, type: .float64))
    let expected = (2 * 0.4 * 0.6 + 1e-4) / (0.4 * 0.4 + 0.6 * 0.6 + 1e-4)
    #expect(try abs(ImageQuality.ssim(a, b).scalar() - expected) < 1e-12)
    let noise = try normal([1, 3, 24, 20], "noise")
    let (little, much) = try (ImageQuality.ssim(x + noise * 0.02, x).scalar(), ImageQuality.ssim(x + noise * 0.2, x).scalar())
    #expect(little < 1 && much < little)
  }

  /// Images of the dead leaves model have what natural images have: heavy-tailed gradients and a power spectrum that falls with
  /// about the square of the frequency (Ruderman 1994; Lee, Mumford, Huang 2001).
  @Test func `Dead leaves have the statistics of natural images`() throws {
    let (size, count) = (64, 24)
    let model = DeadLeaves(smallestRadius: 1.5, largestRadius: 32, polygons: 0.5, saturation: 0.1, texture: 0.06)
    var moments = (second: 0.0, fourth: 0.0)
    var power = [Double](repeating: 0, count: size / 2 + 1)
    for index in 0..<count {
      var random = KeyedRandom(seed: 3, stream: "leaves", index: UInt64(index))
      let values = model.image(size: size, channels: 3, random: &random)
      #expect(values.allSatisfy { (0...1).contains($0) })
      let image = try Tensor(floats: values, shape: [3, size, size]).to(type: .float64).mean(dimensions: [0])
      let gradient = try (image.narrow(1, from: 1, count: size - 1) - image.narrow(1, from: 0, count: size - 1)).doubles()
      for g in gradient {
        moments.second += g * g
        moments.fourth += g * g * g * g
      }
      let spectrum = try image.halfSpectrum().abs().pow(2).doubles()
      for k in 1...size / 4 { power[k] += spectrum[k] }  // along the first row of frequencies
    }
    let samples = Double(count * size * (size - 1))
    let kurtosis = moments.fourth / samples / pow(moments.second / samples, 2)
    #expect((5...30).contains(kurtosis), "\(kurtosis)")  // 3 for Gaussian images
    // Least squares of log power over log frequency.
    let points = (2...size / 4).map { (log(Double($0)), log(power[$0])) }
    let n = Double(points.count)
    let (mx, my) = (points.reduce(0) { $0 + $1.0 } / n, points.reduce(0) { $0 + $1.1 } / n)
    let slope =
      points.reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) } / points.reduce(0) { $0 + ($1.0 - mx) * ($1.0 - mx) }
    #expect((-2.6 ... -1.4).contains(slope), "\(slope)")
  }

  @Test func `Every parameter of the dead leaves changes the image, and nothing else does`() throws {
    func image(_ change: (inout DeadLeaves) -> Void = { _ in }) -> [Float] {
      var model = DeadLeaves(smallestRadius: 1.5, largestRadius: 8, polygons: 0.5, saturation: 0.1, texture: 0.06)
      change(&model)
      var random = KeyedRandom(seed: 1, stream: "leaves")
      return model.image(size: 16, channels: 3, random: &random)
    }
    #expect(image() == image())
    #expect(image { $0.smallestRadius = 2 } != image())
    #expect(image { $0.largestRadius = 6 } != image())
    #expect(image { $0.polygons = 1 } != image())
    #expect(image { $0.saturation = 0.2 } != image())
    #expect(image { $0.texture = 0 } != image())
  }
}
