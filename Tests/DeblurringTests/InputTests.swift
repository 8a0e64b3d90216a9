import CTurboJPEG
import Foundation
import HDF5
import Records
import Support
import TestSupport
import Testing

@testable import Deblurring

/// Kernels and pictures, good and bad.
@Suite struct InputTests {
  /// A colour ramp.
  static func ramp(width: Int, height: Int) -> RasterImage {
    RasterImage(
      width: width, height: height,
      bytes: (0..<width * height).flatMap { [UInt8($0 % width * 4), UInt8($0 / width * 4), 128] })
  }

  static func writeJPEG(_ image: RasterImage, to path: String) throws {
    let encoder = try #require(tjInitCompress())
    defer { tjDestroy(encoder) }
    var data: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    let status = tjCompress2(
      encoder, image.bytes, Int32(image.width), 0, Int32(image.height), Int32(TJPF_RGB.rawValue), &data, &size,
      Int32(TJSAMP_444.rawValue), 95, 0)
    #expect(status == 0)
    try Data(bytes: #require(data), count: Int(size)).write(to: URL(filePath: path))
    tjFree(data)
  }

  @Test func `Kernels of all kinds have sum 1 and their centre of mass in the middle`() throws {
    var random = KeyedRandom(seed: 1, stream: "motion")
    let kernels = [
      BlurKernel.gaussian(size: 9, deviation: 1.5), .disc(size: 9, radius: 3.3),
      .motion(size: 15, extent: 12, smoothness: 0.97, random: &random),
    ]
    for kernel in kernels {
      #expect(abs(kernel.weights.reduce(0, +) - 1) < 1e-12)
      #expect(kernel.weights.allSatisfy { $0 >= 0 })
    }
    for kernel in kernels.prefix(2) {
      let centre = kernel.weights.enumerated().reduce(0) { $0 + $1.element * Double($1.offset % kernel.columns) }
      #expect(abs(centre - 4) < 1e-12)
    }
    // A disc: equal weights inside, none outside.
    let disc = kernels[1].weights
    #expect(abs(disc[4 * 9 + 4] - disc[4 * 9 + 3]) < 1e-12 && disc[0] == 0)
    // The path of the camera fills the wanted box.
    let columns = (0..<15).filter { column in (0..<15).contains { kernels[2].weights[$0 * 15 + column] > 0 } }
    let rows = (0..<15).filter { row in (0..<15).contains { kernels[2].weights[row * 15 + $0] > 0 } }
    #expect((12...14).contains(max(columns.count, rows.count)))
  }

  @Test func `A kernel is read from HDF5 and NumPy files by its number`() throws {
    let folder = try ScratchFolder()
    let weights = (0..<2 * 3 * 5).map { Double($0 % 15) / 105 }
    let path = folder.file("kernels.h5")
    let file = try File.create(path)
    try file.write("kernels", weights, shape: [2, 3, 5])
    try file.close()
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 5), }"
    let padded = header + String(repeating: " ", count: 117 - header.count) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8))
    for weight in weights { withUnsafeBytes(of: Float(weight).bitPattern.littleEndian) { data.append(contentsOf: $0) } }
    let numpy = folder.file("kernels.npy")
    try data.write(to: URL(filePath: numpy))
    for source in [path, numpy] {
      let kernel = try KernelFile.read(source, dataset: "/kernels", index: 1)
      #expect(kernel.rows == 3 && kernel.columns == 5)
      #expect(zip(kernel.weights, weights[15...]).allSatisfy { abs($0 - $1) < 1e-7 })
      let failure = try #require(throws: Failure.self) { try KernelFile.read(source, dataset: "/kernels", index: 2) }
      #expect(failure.problem.contains("below 2") && failure.location?.contains(source) == true)
      let open = try #require(throws: Failure.self) { try KernelFile.read(source, dataset: "/kernels", index: nil) }
      #expect(open.status == .usage && open.problem.contains("2 kernels") && open.remedy?.contains("0 to 1") == true)
    }
    try data.prefix(140).write(to: URL(filePath: numpy))
    #expect(try #require(throws: Failure.self) { try KernelFile.read(numpy, dataset: "", index: 0) }.status == .badData)
    var objects = data
    objects.replaceSubrange(try #require(data.range(of: Data("<f4".utf8))), with: Data("|O8".utf8))
    try objects.write(to: URL(filePath: numpy))
    let failure = try #require(throws: Failure.self) { try KernelFile.read(numpy, dataset: "", index: 0) }
    #expect(failure.problem.contains("Python objects") && failure.location == numpy)
  }

  @Test(arguments: [
    (4, 3, 1.0, "odd sides"), (3, 3, 0.9, "sum 1"), (3, 3, -1, "at least 0"), (3, 3, Double.nan, "at least 0"),
  ]) func `A kernel that is none is refused with its place`(rows: Int, columns: Int, sum: Double, text: String) throws {
    let failure = try #require(throws: Failure.self) {
      _ = try BlurKernel(
        rows: rows, columns: columns, weights: Array(repeating: sum / Double(rows * columns), count: rows * columns),
        from: "kernels.h5:/kernels[0]")
    }
    #expect(failure.status == .badData && failure.problem.contains(text) && failure.location == "kernels.h5:/kernels[0]")
  }

  @Test func `PNG pictures are read as they were written, and JPEG pictures nearly so`() throws {
    let folder = try ScratchFolder()
    let image = Self.ramp(width: 40, height: 33)
    let (png, jpeg) = (folder.file("a.png"), folder.file("a.jpg"))
    try image.write(to: png)
    #expect(try RasterImage(reading: png) == image)
    try Self.writeJPEG(image, to: jpeg)
    let read = try RasterImage(reading: jpeg)
    #expect(read.width == 40 && read.height == 33)
    #expect(zip(read.bytes, image.bytes).allSatisfy { abs(Int($0) - Int($1)) < 12 })
    let crop = image.crop(row: 2, column: 3, size: 16, channels: 3)
    #expect(crop[0] == Float(12) / 255 && crop[256] == Float(8) / 255 && crop[512] == Float(128) / 255)
    #expect(abs(image.crop(row: 2, column: 3, size: 16, channels: 1)[0] - (0.299 * 12 + 0.587 * 8 + 0.114 * 128) / 255) < 1e-6)
  }

  @Test func `Pictures of 16 bits without a colour chunk are read as those of 8 bits are`() throws {
    let picture = try RasterImage(reading: fixturePath("pictures/sixteen-bit.png"))
    #expect(Array(picture.bytes.prefix(6)) == [200, 100, 50, 200, 100, 50])
  }

  @Test func `A picture in the colours of a printer is called that`() throws {
    let failure = try thrownFailure { _ = try RasterImage(reading: fixturePath("pictures/cmyk.jpg")) }
    #expect(failure.status == .badData && failure.problem.contains("CMYK") && failure.remedy?.contains("sRGB") == true)
  }

  @Test(arguments: ["._0.png", "sub/.hidden.png", ".cache/0.png", "__MACOSX/0.png", "sub/@eaDir/0.png"])
  func `What other systems leave beside pictures is passed over`(name: String) throws {
    let folder = try Self.folder { try Data("none".utf8).write(to: URL(filePath: $0.fileInFolders("images/train/\(name)"))) }
    #expect(try ImageFolder("\(folder.path)/images").pictures(of: .train).count == 4)
  }

  static func folder(_ change: (ScratchFolder) throws -> Void = { _ in }) throws -> ScratchFolder {
    let folder = try ScratchFolder()
    for split in ["train", "val", "test"] {
      for number in 0..<3 {
        try ramp(width: 40 + number, height: 36).write(to: folder.fileInFolders("images/\(split)/\(number).png"))
      }
    }
    try writeJPEG(ramp(width: 50, height: 40), to: folder.fileInFolders("images/train/sub/last.jpg"))
    try change(folder)
    return folder
  }

  static func pipeline(_ folder: ScratchFolder) -> String {
    """
    case_study: deblurring
    dataset:
      images: {size: 32, kind: folder, path: \(folder.path)/images}
      kernel: {kind: gaussian, size: 5, deviation: 1}
      train: {samples: 10}
      valid: {samples: 2}
      test: {samples: 3}
    training: {phases: [{steps: 1, iterations: 1, learning_rate: 0.1}]}
    """
  }

  @Test func `Crops of the pictures of a folder say which picture and where`() throws {
    let folder = try Self.folder()
    let generator = try configuration(Self.pipeline(folder)).generator
    let block = try generator.samples(of: .train, draws: 0..<10)
    guard case .integer(let pictures)? = block.fields["picture"], case .integer(let rows)? = block.fields["crop_row"],
      case .integer(let columns)? = block.fields["crop_column"], case .single(let images)? = block.fields["image"]
    else { throw Failure(.bug, "no fields") }
    #expect(pictures == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1])
    let names = try #require(try generator.layout.texts["pictures"]?.text).split(separator: "\n")
    #expect(
      names.first == "train\t0\ttrain/0.png" && names.contains("train\t3\ttrain/sub/last.jpg")
        && names.last == "test\t2\ttest/2.png")
    #expect(Set(columns).count > 3)  // the crops differ
    for sample in [0, 1, 2] {
      let expected = Self.ramp(width: 40 + sample, height: 36).crop(
        row: Int(rows[sample]), column: Int(columns[sample]), size: 32, channels: 3)
      #expect(Array(images[(sample * 3072)..<((sample + 1) * 3072)]) == expected)
    }
  }

  @Test(arguments: [
    ("small", "at least 32 x 32", "small.png"), ("jpeg", "damaged", "cut.jpg"), ("png", "damaged", "cut.png"),
    ("text", "neither", "text.png"), ("empty", "expected JPEG or PNG pictures, found none", "images/valid"),
    ("missing", "expected the folder `test`", "images"),
  ]) func `A bad picture or folder is named`(kind: String, text: String, location: String) throws {
    let folder = try Self.folder { folder in
      let image = Self.ramp(width: 60, height: 60)
      switch kind {
      case "small": try Self.ramp(width: 31, height: 40).write(to: folder.fileInFolders("images/train/small.png"))
      case "jpeg", "png":
        let whole = folder.file("whole")
        if kind == "jpeg" { try Self.writeJPEG(image, to: whole) } else { try image.write(to: whole) }
        let data = try Data(contentsOf: URL(filePath: whole))
        try data.prefix(data.count * 2 / 3).write(
          to: URL(filePath: folder.fileInFolders("images/train/cut.\(kind == "jpeg" ? "jpg" : "png")")))
      case "text": try Data("hello".utf8).write(to: URL(filePath: folder.fileInFolders("images/train/text.png")))
      case "empty":
        try FileManager.default.createDirectory(atPath: folder.fileInFolders("images/valid/x"), withIntermediateDirectories: true)
      default: try FileManager.default.removeItem(atPath: "\(folder.path)/images/test")
      }
    }
    let generator = try configuration(Self.pipeline(folder)).generator
    let split: Split = kind == "missing" ? .test : kind == "empty" ? .valid : .train
    let failure = try #require(throws: Failure.self) { _ = try generator.samples(of: split, draws: 0..<8) }
    #expect(failure.problem.contains(text), "\(failure)")
    #expect(failure.location?.contains(location) == true, "\(failure)")
  }

  @Test(arguments: [
    ("dataset.noise_level=-0.1", "noise_level"), ("dataset.kernel.size=4", "odd"), ("dataset.images.size=8", "size"),
    ("dataset.images.channels=2", "1 or 3"), ("sweep={perturbations: {frequencies: [0.1, 0.1]}}", "found 0.1 twice"),
  ]) func `Settings out of their range are refused`(override: String, text: String) throws {
    let folder = try ScratchFolder()
    let failure = try #require(throws: Failure.self) { _ = try configuration(Self.pipeline(folder), [override]) }
    #expect(failure.status == .usage && failure.problem.contains(text), "\(failure)")
  }

  @Test func `A kernel larger than the images is refused when data are drawn`() throws {
    let folder = try Self.folder()
    let generator = try configuration(Self.pipeline(folder), ["dataset.kernel.size=33"]).generator
    let failure = try #require(throws: Failure.self) { _ = try generator.samples(of: .train, draws: 0..<1) }
    #expect(failure.problem.contains("33 x 33"))
  }
}
