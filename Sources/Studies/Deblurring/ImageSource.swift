import Configuration
import Records
import Support

/// Where the sharp images of a dataset come from.
struct ImageSource: Sendable {
  enum Kind: String, CaseIterable {
    case deadLeaves = "dead-leaves"
    case folder
  }

  private enum Content: Sendable {
    case deadLeaves(DeadLeaves)
    case folder(ImageFolder)
  }

  /// One sharp image and where it comes from.
  struct Crop {
    /// `[channels, size, size]`
    var values: [Float]
    /// Number of the picture in its folder, in the order of the paths, and the crop's upper left corner; 0 for drawn images.
    var picture = 0
    var row = 0
    var column = 0
  }

  private let content: Content
  let size: Int
  let channels: Int
  private let seed: UInt64

  init(reading section: ConfigurationSection, seed: UInt64) throws {
    let size = try section.integer("size", default: 128, in: 16...4096, "height and width of the images", unit: "px")
    channels = try section.integer("channels", default: 3, in: 1...3, "3: red, green, blue; 1: grey")
    guard channels != 2 else {
      throw Failure(
        .usage, "\(section.path).channels: expected 1 or 3, found 2", at: section.location, remedy: "1 is grey, 3 is colour")
    }
    content = try section.variant("kind", default: Kind.deadLeaves, "where the sharp images come from") { kind in
      switch kind {
      case .folder:
        return .folder(
          ImageFolder(
            try section.path("path", "folder with train, valid (or val) and test; each sample is a random crop of a picture")))
      case .deadLeaves:
        let smallest = try section.number("smallest_radius", default: 1.5, in: .positive, "of a leaf", unit: "px")
        return .deadLeaves(
          DeadLeaves(
            smallestRadius: smallest,
            largestRadius: try section.number(
              "largest_radius", default: max(Double(size) / 2, smallest), in: smallest..., "of a leaf", unit: "px"),
            polygons: try section.number("polygons", default: 0.5, in: 0...1, "share of polygons, the others are discs"),
            saturation: try section.number(
              "saturation", default: 0.1, in: 0...1, "standard deviation of the channels about the brightness of a leaf"),
            texture: try section.number("texture", default: 0.06, in: 0...1, "amplitude of stripes and shading")))
      }
    }
    try section.finish()
    self.size = size
    self.seed = seed
  }

  /// A line for each picture of a folder: split, number, path in the folder, with tabs between them; nil for drawn images.
  func names(of splits: [Split]) throws -> String? {
    guard case .folder(let folder) = content else { return nil }
    return try splits.flatMap { split in
      try folder.pictures(of: split).enumerated().map { number, path in
        "\(split.rawValue)\t\(number)\t\(path.dropFirst(folder.path.count + 1))\n"
      }
    }.joined()
  }

  /// The image of a draw: a drawn one, or a crop of picture number `draw`, over and over again.
  ///
  /// - Throws: `Failure` that names the file for a picture that cannot be read or is smaller than the crop.
  func crop(of split: Split, draw: Int) throws -> Crop {
    var random = KeyedRandom(seed: seed, stream: "deblurring/images/\(split)", index: UInt64(draw))
    switch content {
    case .deadLeaves(let leaves):
      return Crop(values: leaves.image(size: size, channels: channels, random: &random))
    case .folder(let folder):
      let pictures = try folder.pictures(of: split)
      let number = draw % pictures.count
      let picture = try RasterImage(reading: pictures[number])
      guard picture.width >= size, picture.height >= size else {
        throw Failure(
          .badData, "expected a picture of at least \(size) x \(size) pixels, found \(picture.width) x \(picture.height)",
          at: pictures[number], remedy: "lower dataset.images.size, or take the picture out of the folder")
      }
      let row = random.integer(below: picture.height - size + 1)
      let column = random.integer(below: picture.width - size + 1)
      return Crop(
        values: picture.crop(row: row, column: column, size: size, channels: channels), picture: number, row: row,
        column: column)
    }
  }
}
