import Foundation
import HDF5
import Support

/// The SHA-256 of what a file says, whatever its chunks, filters, byte order and history.
///
/// Covered are all groups and datasets outside `/provenance` with their attributes, in a walk that takes the names of
/// each group in ascending order; left out are the root attributes `content_sha256` and `complete`, the bookkeeping
/// of dimension scales and with it pure dimensions, and the values (not the existence) of datasets whose role is `measurement`. The exact bytes are
/// described, with a program in Python, in data/FORMAT.md.
public struct ContentHash {
  /// Attributes that the HDF5 dimension-scale convention keeps; `dims` says the same.
  static let scaleAttributes: Set = ["CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "DIMENSION_LABELS"]
  private static let ownAttributes: Set = ["content_sha256", "complete"]

  private let hasher = SHA256()

  /// The hash of an open file, as 64 hexadecimal digits.
  public static func of(_ file: File) throws -> String {
    var hash = ContentHash()
    hash.add("group /\n")
    try hash.addAttributes(of: file, except: ownAttributes)
    for child in try file.contents() { try hash.add(child, in: file) }
    return hash.hasher.finalize()
  }

  private mutating func add(_ child: Group.Child, in file: File) throws {
    switch child.kind {
    case .group:
      add("group \(child.path)\n")
      try addAttributes(of: try file.group(child.path))
    case .dataset:
      let dataset = try file.dataset(child.path)
      let shape = try dataset.shape
      add("dataset \(child.path) \(dataset.type) \(Self.text(shape))\n")
      try addAttributes(of: dataset)
      let isMeasurement =
        try dataset.hasAttribute("role") && dataset.attribute("role", as: String.self) == "measurement"
      if !isMeasurement { try addValues(of: dataset, shape: shape) }
    case .other:
      add("other \(child.path)\n")
    }
  }

  private mutating func addAttributes(of object: Object, except excluded: Set<String> = []) throws {
    for name in try object.attributeNames() where !excluded.contains(name) && !Self.scaleAttributes.contains(name) {
      let attribute = try object.attribute(name)
      add("attribute \(name) \(attribute.type) \(Self.text(attribute.shape))\n")
      guard let type = attribute.type.swiftType else { continue }
      try addAttribute(attribute, type)
    }
  }

  private mutating func addAttribute<T: Element>(_ attribute: Attribute, _: T.Type) throws {
    add(try attribute.read(T.self))
  }

  private mutating func addValues(of dataset: Dataset, shape: [Int]) throws {
    guard let type = dataset.type.swiftType else {
      throw Failure(
        .badData, "the content hash covers numbers, text and booleans, found \(dataset.type)",
        at: "\(dataset.filePath):\(dataset.path)", remedy: "store the values as one of the types in data/FORMAT.md")
    }
    try addValues(of: dataset, type, isScalar: shape.isEmpty)
  }

  private mutating func addValues<T: Element>(of dataset: Dataset, _: T.Type, isScalar: Bool) throws {
    if isScalar { return add(try dataset.read(T.self)) }
    for rows in try dataset.rowBlocks() { add(try dataset.read(T.self, rows: rows)) }
  }

  private mutating func add(_ text: String) { hasher.update(text) }

  /// Numbers as they lie in memory, which is little-endian on every machine this runs on; text after its length.
  private mutating func add<T: Element>(_ values: [T]) {
    guard let texts = values as? [String] else {
      values.withUnsafeBytes { hasher.update($0) }
      return
    }
    for text in texts {
      withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { hasher.update($0) }
      add(text)
    }
  }

  private static func text(_ shape: [Int]) -> String { "[" + shape.map(String.init).joined(separator: ",") + "]" }
}
