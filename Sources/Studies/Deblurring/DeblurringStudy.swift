import Configuration
import Plot
import Records
import StudyKit
import Torch

/// The case study `deblurring`: from a blurred, noisy image to the sharp one, y = A x + noise.
public enum DeblurringStudy: HasPublishedResults, HasRealInput, HasExports, HasFigures {
  /// What `case_study` of a pipeline file says.
  public static let name = "deblurring"
  /// The heading of its reports.
  public static let title = "Deblurring: plug-and-play equilibria and explicit networks"
  /// What every one of its files cites.
  public static let references = [
    "Liu, Ding, Osher, Yin: Implicit models: expressive power scales with test-time compute, ICLR 2026",
    "Zhang, Li, Zuo, Zhang, Van Gool, Timofte: Plug-and-play image restoration with deep denoiser prior, TPAMI 2021",
  ]

  /// Reads `dataset`: pictures, kernel and noise.
  public static func generator(reading section: ConfigurationSection, seed: UInt64) throws -> any SampleGenerator {
    try DeblurringGenerator(reading: section, seed: seed)
  }

  /// Explicit denoiser, plug-and-play equilibria, their unfolded rivals, and the denoiser alone.
  public static let architectures = DeblurringModels.architectures

  /// Measurements and images `[B, C, H, W]`, kernels `[B, 1, h, w]`.
  public static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions
  ) throws -> DeblurringBatch {
    func length(_ dimension: String) -> Int { reader.layout.dimensions[dimension] ?? 0 }
    func images(_ field: String) throws -> Tensor {
      try Tensor(
        floats: reader.values(field, split, rows: rows, as: Float.self),
        shape: [rows.count, length("channel"), length("row"), length("column")]
      ).to(type: options.type, device: options.device)
    }
    let (kernelRows, kernelColumns) = (length("kernel_row"), length("kernel_column"))
    let weights = try reader.values("kernel", split, rows: rows, as: Double.self)
    for (sample, row) in rows.enumerated() {
      let size = kernelRows * kernelColumns
      _ = try BlurKernel(
        rows: kernelRows, columns: kernelColumns, weights: Array(weights[(sample * size)..<((sample + 1) * size)]),
        from: "\(reader.path):/\(split.rawValue)/kernel, sample \(row)")
    }
    let kernels = try Tensor(weights, shape: [rows.count, 1, kernelRows, kernelColumns])
    let draws = try reader.draws(of: split)
    return try DeblurringBatch(
      draws: rows.map { draws[$0] }, images: images("image"), measurements: images("measurement"),
      kernels: kernels.to(type: options.type, device: options.device))
  }

  /// Mean squared error over pixels and channels.
  public static func losses(_ output: Tensor, _ batch: DeblurringBatch) throws -> Tensor {
    try ImageQuality.meanSquaredError(output, batch.images)
  }

  /// 10 log10(MSE + 1e-8), the PSNR with the other sign: smaller is better, as errors are.
  public static let error = Measure<DeblurringBatch>("error", units: "dB", "mean squared error (dB)") {
    try -ImageQuality.psnr($0, $1.images)
  }

  /// PSNR = 10 log10(1 / MSE), in dB, and the structural similarity, at most 1.
  public static let qualities = [
    Measure<DeblurringBatch>("psnr", units: "dB", "PSNR") { try ImageQuality.psnr($0, $1.images) },
    Measure<DeblurringBatch>("ssim", "SSIM") { try ImageQuality.ssim($0, $1.images) },
  ]

  /// Reads `sweep.perturbations`: changes of the measurement at single frequencies.
  public static func perturbations(
    reading section: ConfigurationSection
  ) throws -> [any InputPerturbation<DeblurringBatch>] {
    let positions = try section.numbers(
      "frequencies", default: [0.1, 0.3, 0.5, 0.7, 0.9], in: 0...1, count: 0...,
      "frequencies of the change, by their rank: 0 is the lowest, 1 the highest")
    let amplitude = try section.number("amplitude", default: 0.01, in: .positive, "real Fourier coefficient of the change")
    try section.finish()
    try section.requireUnique(positions, "frequencies")
    return positions.map { DeblurringPerturbation(position: $0, amplitude: amplitude) }
  }

  /// The weights as the deepinv library reads them.
  public static let exports = [DeepinvExport.format]

  /// The measurement `[B, C, H, W]`.
  public static func realInput(of batch: DeblurringBatch) -> RealInput<DeblurringBatch> {
    RealInput(batch.measurements) { batch.measured(as: $0) }
  }

  /// The first samples: sharp, blurred, and restored by every network, the implicit ones by iteration.
  public static func figures(_ inputs: [FigureInput<DeblurringStudy>]) throws -> [Figure] {
    try DeblurringFigures.figures(inputs)
  }

  /// PSNR of the paper, on 100 images of BSDS500.
  public static let publishedResults: [PublishedResult] = [
    ("explicit", 26.97), ("implicit-pgd", 28.20), ("implicit-hqs", 29.18),
  ].map { PublishedResult(model: $0.0, split: .test, error: -$0.1, source: "Liu et al., ICLR 2026, Figure 3") }
}
