import CPNG
import CTurboJPEG
import Foundation
import Support

/// A decoded picture of 8-bit red, green and blue, row by row.
struct RasterImage: Equatable {
  let width: Int
  let height: Int
  /// `[height, width, 3]`
  var bytes: [UInt8]

  /// Reads a JPEG or PNG file, whatever its name says.
  ///
  /// - Throws: `Failure`: missing input, or bad data for a file that is cut short, damaged, or neither.
  init(reading path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(.missingInput, "cannot read the file", at: path, remedy: "check the path and the permissions")
    }
    let file = [UInt8](data)
    if file.starts(with: [0xff, 0xd8]) {
      self = try Self.jpeg(file, path)
    } else if file.starts(with: [0x89, 0x50, 0x4e, 0x47]) {
      self = try Self.png(file, path)
    } else {
      throw Self.damaged("expected a JPEG or PNG picture, found neither", path)
    }
  }

  init(width: Int, height: Int, bytes: [UInt8]) { (self.width, self.height, self.bytes) = (width, height, bytes) }

  private static func damaged(_ problem: String, _ path: String) -> Failure {
    Failure(.badData, problem, at: path, remedy: "fetch the picture again, or take it out of the folder")
  }

  private static func jpeg(_ file: [UInt8], _ path: String) throws -> RasterImage {
    guard let decoder = tjInitDecompress() else { throw Failure(.bug, "no JPEG decoder: \(message(nil))") }
    defer { tjDestroy(decoder) }
    var (width, height, sampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
    guard tjDecompressHeader3(decoder, file, UInt(file.count), &width, &height, &sampling, &space) == 0 else {
      throw damaged("the JPEG header cannot be read: \(message(decoder))", path)
    }
    guard ![TJCS_CMYK.rawValue, TJCS_YCCK.rawValue].contains(UInt32(bitPattern: space)) else {
      throw Failure(
        .badData, "expected a JPEG picture in colour or grey, found one in CMYK, the colours of a printer", at: path,
        remedy: "convert it with its colour profile, for example: magick IN.jpg -colorspace sRGB OUT.png")
    }
    var bytes = [UInt8](repeating: 0, count: Int(width) * Int(height) * 3)
    // A file that is cut short only gives a warning; it counts as an error here.
    guard tjDecompress2(decoder, file, UInt(file.count), &bytes, width, 0, height, Int32(TJPF_RGB.rawValue), 0) == 0 else {
      throw damaged("the JPEG data are damaged: \(message(decoder))", path)
    }
    return RasterImage(width: Int(width), height: Int(height), bytes: bytes)
  }

  private static func message(_ decoder: tjhandle?) -> String { String(cString: tjGetErrorStr2(decoder)) }

  private static func png(_ file: [UInt8], _ path: String) throws -> RasterImage {
    var picture = png_image()
    picture.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&picture) }
    func text() -> String {
      withUnsafeBytes(of: picture.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return try file.withUnsafeBytes { source in
      guard png_image_begin_read_from_memory(&picture, source.baseAddress, source.count) != 0 else {
        throw damaged("the PNG header cannot be read: \(text())", path)
      }
      // 16 bits a channel are taken for linear light otherwise; scientific programs write the same values as in 8 bits. Where the
      // file states its gamma, that counts.
      picture.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      picture.format = UInt32(PNG_FORMAT_FLAG_COLOR)
      let (width, height) = (Int(picture.width), Int(picture.height))
      var bytes = [UInt8](repeating: 0, count: width * height * 3)
      var white = png_color(red: 255, green: 255, blue: 255)
      guard png_image_finish_read(&picture, &white, &bytes, 0, nil) != 0 else {
        throw damaged("the PNG data are damaged: \(text())", path)
      }
      return RasterImage(width: width, height: height, bytes: bytes)
    }
  }

  /// Writes a PNG file.
  func write(to path: String) throws {
    var picture = png_image()
    picture.version = UInt32(PNG_IMAGE_VERSION)
    (picture.width, picture.height) = (UInt32(width), UInt32(height))
    picture.format = UInt32(PNG_FORMAT_FLAG_COLOR)
    guard png_image_write_to_file(&picture, path, 0, bytes, 0, nil) != 0 else {
      throw Failure(.cannotCreate, "cannot write the picture", at: path, remedy: "choose a folder that can be written to")
    }
  }

  /// Shares of red, green and blue in the luminance, of Rec. 601.
  static let luminance = [0.299, 0.587, 0.114]

  /// The square of `size` pixels at (row, column) in [0, 1], `[channels, size, size]`: red, green and blue, or their luminance for
  /// one channel.
  func crop(row: Int, column: Int, size: Int, channels: Int) -> [Float] {
    let luminance = Self.luminance.map { Float($0) }
    return (0..<channels).flatMap { channel in
      (0..<size * size).map { index in
        let start = ((row + index / size) * width + column + index % size) * 3
        guard channels == 1 else { return Float(bytes[start + channel]) / 255 }
        return (0..<3).reduce(0) { $0 + luminance[$1] * Float(bytes[start + $1]) } / 255
      }
    }
  }
}
