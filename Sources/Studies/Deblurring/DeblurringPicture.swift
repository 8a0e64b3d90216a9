import Equilibrium
import Foundation
import Records
import StudyKit
import Support
import Torch

extension DeblurringStudy: HasPictures {
  /// A picture of the user's own, restored: mirrored at its edges, faded there into its own blur so that it is periodic as the models
  /// take pictures to be, and cut to its size again.
  public static func restore(
    _ picture: String, with file: ModelFile, kernel: String, solver: Solver, iterations: Int?, to output: String
  ) throws {
    let kernel = try BlurKernel(named: kernel)
    let image = try RasterImage(reading: picture)
    let channels = try file.channels()
    let frame = Frame(image, channels: channels, margin: 2 * max(kernel.rows, kernel.columns))
    try frame.requireMemory(at: picture)
    var layout = DeblurringStudy.layout
    layout.dimensions["channel"] = channels
    let model = try file.model(of: DeblurringStudy.self, layout: layout)
    let count = try model.isImplicit ? file.iterations(iterations) : 1
    let restored = try Autograd.withoutTracking {
      let measurement = try frame.measurement(kernel)
      let batch = try DeblurringBatch(
        draws: [0], images: .zeros(like: measurement), measurements: measurement,
        kernels: Tensor(kernel.weights, shape: [1, 1, kernel.rows, kernel.columns]).to(type: .float32))
      return try model.applied(to: batch, solver, iterations: count).output
    }
    let values = try restored.floats()
    guard values.allSatisfy(\.isFinite) else {
      throw Failure(
        .diverged, "the iteration met a value that is not finite", at: picture,
        remedy: "make fewer iterations, or take another kernel")
    }
    try frame.picture(values).write(to: output)
  }

  /// A picture inside a margin, with sides that the networks can halve three times.
  private struct Frame {
    let image: RasterImage
    let channels: Int
    let margin: Int
    let height: Int
    let width: Int

    init(_ image: RasterImage, channels: Int, margin: Int) {
      func framed(_ length: Int) -> Int { (length + 2 * margin + 7) / 8 * 8 }
      (self.image, self.channels, self.margin) = (image, channels, margin)
      (height, width) = (framed(image.height), framed(image.width))
    }

    /// The networks keep about forty feature maps of their first width, in float32, for each pixel.
    func requireMemory(at path: String) throws {
      let needed = Double(height * width) * 64 * 4 * 12
      let available = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
      guard needed < available else {
        throw Failure(
          .usage,
          "a picture of \(image.width) x \(image.height) pixels needs about \(Int(needed / 1e9)) GB of memory, more than there is",
          at: path, remedy: "cut a part out of it, or scale it down: the blur gets smaller with it")
      }
    }

    /// The number of a pixel of the picture behind a mirror at its edges.
    private func mirrored(_ index: Int, _ length: Int) -> Int {
      let period = 2 * length
      let wrapped = ((index % period) + period) % period
      return wrapped < length ? wrapped : period - 1 - wrapped
    }

    /// 1 in the picture, falling to 0 at the outer edge of the margin.
    private func weight(_ index: Int, _ length: Int, _ whole: Int) -> Double {
      let outside = index < margin ? margin - index : max(0, index - margin - length + 1)
      let room = index < margin ? margin : whole - margin - length
      return outside == 0 ? 1 : 0.5 * (1 + cos(.pi * Double(outside) / Double(max(1, room))))
    }

    /// y, `[1, C, H, W]` in float32.
    func measurement(_ kernel: BlurKernel) throws -> Tensor {
      let values = (0..<channels).flatMap { channel in
        (0..<height).flatMap { row in
          (0..<width).map { column -> Double in
            let pixel = 3 * (mirrored(row - margin, image.height) * image.width + mirrored(column - margin, image.width))
            guard channels == 1 else { return Double(image.bytes[pixel + channel]) / 255 }
            return (0..<3).reduce(0) { $0 + RasterImage.luminance[$1] * Double(image.bytes[pixel + $1]) } / 255
          }
        }
      }
      let sharp = try Tensor(values, shape: [1, channels, height, width])
      let weights = try Tensor(
        (0..<height).flatMap { row in
          (0..<width).map { weight(row, image.height, height) * weight($0, image.width, width) }
        }, shape: [1, 1, height, width])
      let blur = try BlurOperator(
        kernels: Tensor(kernel.weights, shape: [1, 1, kernel.rows, kernel.columns]), height: height, width: width)
      let blurred = try blur.blurred(sharp)
      return try (blurred + weights * (sharp - blurred)).to(type: .float32)
    }

    /// The picture itself, of an output `[1, C, H, W]`; values beyond 0 and 1 are cut.
    func picture(_ values: [Float]) -> RasterImage {
      var bytes = [UInt8](repeating: 0, count: image.width * image.height * 3)
      for row in 0..<image.height {
        for column in 0..<image.width {
          for channel in 0..<3 {
            let source = (min(channel, channels - 1) * height + row + margin) * width + column + margin
            bytes[3 * (row * image.width + column) + channel] = UInt8((min(max(values[source], 0), 1) * 255).rounded())
          }
        }
      }
      return RasterImage(width: image.width, height: image.height, bytes: bytes)
    }
  }
}

extension ModelFile {
  /// Channels of the pictures that the model takes in: its first layer has one more, for the noise level.
  fileprivate func channels() throws -> Int {
    guard let head = try parameters().first(where: { $0.name.hasSuffix("m_head.weight") }), head.tensor.rank == 4 else {
      throw Failure(
        .badData, "the first layer of the DRUNet is missing", at: path, remedy: "train the model or import its weights again")
    }
    return head.tensor.shape[1] - 1
  }
}

extension BlurKernel {
  /// A kernel by name and number, `gaussian:1.5` or `disc:3`, or from a file.
  fileprivate init(named text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    if parts.count == 2, ["gaussian", "disc"].contains(parts[0]) {
      guard let number = Double(parts[1]), number > 0, number <= 100 else {
        throw Failure(
          .usage, "expected a number of pixels above 0 and at most 100, found `\(parts[1])`", at: "--kernel",
          remedy: "write gaussian:1.5 for a standard deviation, disc:3 for a radius")
      }
      let size = 2 * Int((parts[0] == "gaussian" ? 3 * number : number).rounded(.up)) + 1
      self = parts[0] == "gaussian" ? .gaussian(size: size, deviation: number) : .disc(size: size, radius: number)
      return
    }
    // `kernels.npy:2` is the third kernel of the file, unless that is the name of a file.
    let files = FileManager.default
    let numbered = files.fileExists(atPath: text) ? nil : text.wholeMatch(of: /(.+):([0-9]+)/)
    let path = numbered.map { String($0.1) } ?? text
    guard files.fileExists(atPath: path) else {
      throw Failure(
        .missingInput, "expected gaussian:PIXELS, disc:PIXELS or a file, found `\(text)`", at: "--kernel",
        remedy: "guess the blur, for example gaussian:1.5")
    }
    self = try KernelFile.read(
      path, dataset: "/kernels", index: numbered.flatMap { Int($0.2) }, key: "--kernel \(path):NUMBER")
  }
}
