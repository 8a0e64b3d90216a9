import Foundation
import HDF5
import Support

/// Shows what is in a file.
public struct FileInspector {
  private let file: File
  private let path: String

  /// Opens any HDF5 file, of this format or not.
  public init(_ path: String) throws {
    self.path = path
    file = try Failure.mapping { try File.open(path) }
  }

  /// Numbers of a dataset beyond which its range is not looked for: that takes longer than a look should.
  private static let largestRange = 1 << 26

  /// A readable tree: groups, datasets with type, shape, range, storage and meaning, and attributes; at its end, how good the labels of
  /// a dataset are.
  public func listing() throws -> String {
    try Failure.mapping {
      var lines = [path + "  " + summary()]
      lines += try attributes(of: file, indent: "  ")
      for child in try file.descendants() {
        let indent = String(repeating: "  ", count: child.path.split(separator: "/").count)
        switch child.kind {
        case .group:
          lines.append("\(indent)\(child.name)/")
          lines += try attributes(of: try file.group(child.path), indent: indent + "  ")
        case .dataset: lines += try describe(try file.dataset(child.path), name: child.name, indent: indent)
        case .other: lines.append("\(indent)\(child.name)  (neither group nor dataset)")
        }
      }
      lines += try certificates()
      return lines.joined(separator: "\n") + "\n"
    }
  }

  /// The largest value of each certificate of each split, and its sample.
  private func certificates() throws -> [String] {
    var rows: [[String]] = []
    for split in Split.allCases where try file.kind(of: split.rawValue) == .group {
      for child in try file.group(split.rawValue).children() where child.kind == .dataset {
        let dataset = try file.dataset(child.path)
        guard try dataset.hasAttribute("role"),
          try dataset.attribute("role", as: String.self) == FieldSchema.Role.certificate.rawValue,
          let extremes = try extremes(of: dataset), let count = try dataset.shape.first, count > 0
        else { continue }
        let width = try dataset.shape.dropFirst().reduce(1, *)
        let (value, position) =
          abs(extremes.lowest.value) > abs(extremes.highest.value) ? extremes.lowest : extremes.highest
        rows.append([split.rawValue, child.name, Self.text(value), "sample \(position / max(1, width))"])
      }
    }
    return rows.isEmpty ? [] : ["", "certificates, the largest of each:"] + TextTable(rows).lines.map { "  \($0)" }
  }

  private typealias Extremes = (lowest: (value: Double, position: Int), highest: (value: Double, position: Int), others: Int)

  /// The smallest and the largest finite number, with their positions, and how many are not finite; nil for texts, for datasets without
  /// finite numbers, and for large ones.
  private func extremes(of dataset: Dataset) throws -> Extremes? {
    switch dataset.type {
    case .float, .integer: break
    default: return nil
    }
    let shape = try dataset.shape
    guard !shape.isEmpty, shape.reduce(1, *) <= Self.largestRange, shape.allSatisfy({ $0 > 0 }) else { return nil }
    var extremes: Extremes?
    var others = 0
    let width = shape.dropFirst().reduce(1, *)
    for rows in try dataset.rowBlocks() {
      let values: [Double]
      if case .integer = dataset.type {
        values = try dataset.read(Int64.self, rows: rows).map { Double($0) }
      } else {
        values = try dataset.read(Double.self, rows: rows)
      }
      for (index, value) in values.enumerated() {
        guard value.isFinite else {
          others += 1
          continue
        }
        let here = (value, rows.lowerBound * width + index)
        guard let known = extremes else {
          extremes = (here, here, 0)
          continue
        }
        if value < known.lowest.value { extremes?.lowest = here }
        if value > known.highest.value { extremes?.highest = here }
      }
    }
    extremes?.others = others
    return extremes
  }

  private static func text(_ value: Double) -> String {
    Int(exactly: value).map { abs($0) < 1 << 53 ? "\($0)" : "\(value)" } ?? "\(Float(value))"
  }

  /// `from -3.2 to 5.1`, with how many numbers are not finite.
  private func range(of dataset: Dataset) throws -> String? {
    guard let extremes = try extremes(of: dataset) else { return nil }
    let others = extremes.others > 0 ? ", \(extremes.others) not finite" : ""
    return "  from \(Self.text(extremes.lowest.value)) to \(Self.text(extremes.highest.value))\(others)"
  }

  private func summary() -> String {
    do {
      let header = try FileHeader(of: file)
      return "\(header.kind.schema) \(header.version), complete"
    } catch let failure as Failure {
      return "(\(failure.problem))"
    } catch {
      return "(\(error))"
    }
  }

  private func describe(_ dataset: Dataset, name: String, indent: String) throws -> [String] {
    let shape = try dataset.shape
    if try dataset.isPureDimension { return ["\(indent)\(name)  dimension of length \(shape.first ?? 0)"] }
    let layout = try dataset.layout
    var text = "\(indent)\(name)  \(dataset.type) \(shape)"
    if shape.isEmpty, let value = try firstValue(of: dataset) { text += " = \(value)" }
    // A value that cannot be read is named by `validate`; the tree is shown all the same.
    if let range = try? range(of: dataset) { text += range }
    if let chunk = layout.chunk { text += "  chunks \(chunk)" }
    if layout.kind == .virtual { text += "  virtual" }
    if !layout.filters.isEmpty { text += "  " + layout.filters.joined(separator: "+") }
    let bytes = shape.reduce(Double(dataset.type.byteCount)) { $0 * Double($1) }
    if layout.kind == .chunked, layout.storedBytes > 0, Double(layout.storedBytes) < bytes {
      text += "  \(Self.size(bytes)) in \(Self.size(Double(layout.storedBytes)))"
    }
    return [text] + (try attributes(of: dataset, indent: indent + "    "))
  }

  private func firstValue(of dataset: Dataset) throws -> String? {
    switch dataset.type {
    case .string: Self.shortened(try dataset.readScalar(String.self))
    case .float: "\(try dataset.readScalar(Double.self))"
    case .integer(64, false): "\(try dataset.readScalar(UInt64.self))"
    case .integer: "\(try dataset.readScalar(Int64.self))"
    default: nil
    }
  }

  private func attributes(of object: Object, indent: String) throws -> [String] {
    try object.attributeNames().filter { !ContentHash.scaleAttributes.contains($0) }.map { name in
      let attribute = try object.attribute(name)
      guard let type = attribute.type.swiftType else { return "\(indent)@\(name): \(attribute.type)" }
      return "\(indent)@\(name) = \(try text(of: attribute, type))"
    }
  }

  private func text<T: Element>(of attribute: Attribute, _: T.Type) throws -> String {
    let values = try attribute.read(T.self).map { ($0 as? String).map(Self.shortened) ?? "\($0)" }
    if attribute.shape.isEmpty { return values.first ?? "" }
    return "[" + values.prefix(16).joined(separator: ", ") + (values.count > 16 ? ", ..." : "") + "]"
  }

  /// The first line of a text, if it is long.
  private static func shortened(_ text: String) -> String {
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
    return line == text && line.count <= 200 ? text : line.prefix(100) + " ... (\(text.utf8.count) bytes)"
  }

  private static func size(_ bytes: Double) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
    var value = bytes
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(Int(bytes)) bytes" : String(format: "%.1f %@", value, units[unit])
  }
}
