import Configuration
import Records
import StudyKit
import Support
import Torch

/// Draws degraded images, y = A x + noise: sharp images, blurred and with Gaussian noise.
struct DeblurringGenerator: SampleGenerator {
  let images: ImageSource
  let kernels: KernelSource
  /// Standard deviation of the noise; images are in [0, 1].
  let noiseLevel: Double
  let plans: [SplitPlan]
  let seed: UInt64
  let drawsPerBlock = 8

  init(reading section: ConfigurationSection, seed: UInt64) throws {
    images = try ImageSource(reading: section.section("images", "the sharp images"), seed: seed)
    kernels = try KernelSource(reading: section.section("kernel", "the blur"), seed: seed)
    noiseLevel = try section.number(
      "noise_level", default: 0.03, in: 0...1e6, "standard deviation of the Gaussian noise; images are in [0, 1]")
    plans = try [(Split.train, 200), (.valid, 100), (.test, 200)].map { split, count in
      try SplitPlan(reading: section, split, samples: count, "images")
    }
    try section.finish()
    self.seed = seed
  }

  var layout: DatasetLayout {
    get throws {
      var layout = DeblurringStudy.layout
      layout.fields += DeblurringStudy.certificates
      let kernel = try kernels.size()
      layout.dimensions = [
        "channel": images.channels, "row": images.size, "column": images.size, "kernel_row": kernel.rows,
        "kernel_column": kernel.columns,
      ]
      if let names = try images.names(of: plans.map(\.split)) {
        layout.texts["pictures"] = SharedText(names, "split, number and path of each picture that images were cut from")
      }
      return layout
    }
  }

  func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock {
    let kernels = try draws.map { try self.kernels.kernel(of: split, draw: $0) }
    if let large = kernels.first(where: { max($0.rows, $0.columns) > images.size }) {
      throw Failure(
        .badData, "the kernel has \(large.rows) x \(large.columns) pixels, the images \(images.size) x \(images.size)",
        at: "dataset.kernel", remedy: "take larger images or a smaller kernel")
    }
    let crops = try draws.map { try images.crop(of: split, draw: $0) }
    let shape = [draws.count, images.channels, images.size, images.size]
    let sharp = try Tensor(floats: crops.flatMap(\.values), shape: shape).to(type: .float64)
    let noise = try Tensor(
      draws.flatMap { draw in
        var random = KeyedRandom(seed: seed, stream: "deblurring/noise/\(split)", index: UInt64(draw))
        return random.normals(shape[1...].reduce(1, *), deviation: noiseLevel)
      }, shape: shape)
    let weights = try Tensor(
      kernels.flatMap(\.weights), shape: [draws.count, 1, kernels[0].rows, kernels[0].columns])
    let blur = try BlurOperator(kernels: weights, height: images.size, width: images.size)
    let measurement = try (blur.blurred(sharp) + noise).to(type: .float32)
    // What the stored numbers themselves say: the noise that is in them, and how good the measurement is as an image.
    let residual = try (blur.blurred(sharp) - measurement.to(type: .float64)).pow(2).mean(dimensions: [1, 2, 3]).sqrt()
    func integers(_ value: (ImageSource.Crop) -> Int) -> FieldValues { .integer(crops.map { Int64(value($0)) }) }
    return SampleBlock(
      draws: Array(draws),
      fields: [
        "image": .single(crops.flatMap(\.values)), "measurement": .single(try measurement.floats()),
        "kernel": .real(kernels.flatMap(\.weights)), "noise_level": .real(draws.map { _ in noiseLevel }),
        "seed": .integer(draws.map { _ in Int64(bitPattern: seed) }), "picture": integers(\.picture),
        "crop_row": integers(\.row), "crop_column": integers(\.column),
        "noise_residual": .real(try residual.doubles()),
        "measurement_psnr": .real(try ImageQuality.psnr(measurement.to(type: .float64), sharp).doubles()),
      ])
  }
}
