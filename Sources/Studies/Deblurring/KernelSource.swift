import Configuration
import Records
import Support

/// Where the blur kernels of a dataset come from.
struct KernelSource: Sendable {
  enum Kind: String, CaseIterable { case motion, gaussian, disc, file }

  private enum Shape: Sendable {
    case motion(size: Int, extent: Double, smoothness: Double)
    case fixed(BlurKernel)
    case file(path: String, dataset: String, index: Int?)
  }

  private let shape: Shape
  /// Whether every sample has a kernel of its own.
  private let isPerSample: Bool
  private let seed: UInt64

  init(reading section: ConfigurationSection, seed: UInt64) throws {
    func size(_ fallback: Int) throws -> Int {
      let size = try section.integer("size", default: fallback, in: 1...1001, "rows and columns of the kernel, odd", unit: "px")
      guard size % 2 == 1 else {
        throw Failure(
          .usage, "\(section.path).size: expected an odd number, found \(size)", at: section.location,
          remedy: "an odd kernel has a centre")
      }
      return size
    }
    var isPerSample = false
    shape = try section.variant("kind", default: Kind.motion, "what blurs the images") { kind in
      switch kind {
      case .motion:
        let size = try size(9)
        let extent = try section.number(
          "extent", default: 0.8 * Double(size - 1), in: 0...Double(max(0, size - 1)),
          "longer side of the box around the path of the camera", unit: "px")
        let smoothness = try section.number(
          "smoothness", default: 0.97, in: 0...0.9999, "share of the velocity that the camera keeps from one instant to the next")
        isPerSample = try section.boolean("per_sample", default: false, "a kernel of its own for every sample, instead of one")
        return .motion(size: size, extent: extent, smoothness: smoothness)
      case .gaussian:
        let size = try size(9)
        let deviation = try section.number("deviation", default: 1.5, in: .positive, "standard deviation", unit: "px")
        return .fixed(.gaussian(size: size, deviation: deviation))
      case .disc:
        let size = try size(9)
        let radius = try section.number(
          "radius", default: Double(size) / 3, in: .above(0, through: Double(size) / 2), "radius of the disc", unit: "px")
        return .fixed(.disc(size: size, radius: radius))
      case .file:
        return .file(
          path: try section.path("path", "HDF5 file, or .npy file, with one or several kernels"),
          dataset: try section.text("dataset", default: "/kernels", "the array of kernels in an HDF5 file"),
          index: try section.optionalInteger("index", in: 0..., "number of the kernel, from 0; needed where there are several"))
      }
    }
    try section.finish()
    self.isPerSample = isPerSample
    self.seed = seed
  }

  /// The kernel of a sample. A file is read anew each time: a dataset asks once for each block of samples.
  func kernel(of split: Split, draw: Int) throws -> BlurKernel {
    switch shape {
    case .fixed(let kernel): return kernel
    case .file(let path, let dataset, let index): return try KernelFile.read(path, dataset: dataset, index: index)
    case .motion(let size, let extent, let smoothness):
      var random = KeyedRandom(
        seed: seed, stream: isPerSample ? "deblurring/kernel/\(split)" : "deblurring/kernel",
        index: isPerSample ? UInt64(draw) : 0)
      return .motion(size: size, extent: extent, smoothness: smoothness, random: &random)
    }
  }

  /// Rows and columns of the kernels. Those of a file are not known before it is read.
  func size() throws -> (rows: Int, columns: Int) {
    let kernel = try kernel(of: .train, draw: 0)
    return (kernel.rows, kernel.columns)
  }
}
