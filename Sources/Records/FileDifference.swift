import HDF5
import Support

/// How the contents of two files differ, `/provenance` left out.
public struct FileDifference: Equatable, Sendable {
  /// One object that is not the same in both files.
  public struct Entry: Equatable, Sendable {
    /// Path of the object, with `@name` for an attribute.
    public var object: String
    /// What is in one and what in the other.
    public var text: String
    /// Depends on the machine (role `measurement`); differs between any two runs.
    public var isMeasurement = false
  }

  /// In the order of the first file's objects, then those that only the second one has.
  public private(set) var entries: [Entry] = []

  /// Whether the contents are the same, measured times apart.
  public var isSame: Bool { entries.allSatisfy(\.isMeasurement) }

  private static let ignoredAttributes: Set = ["content_sha256", "complete"]

  /// Compares two files of any size.
  public init(_ first: String, _ second: String) throws {
    let a = try Failure.mapping { try File.open(first) }
    let b = try Failure.mapping { try File.open(second) }
    try Failure.mapping {
      let (children, others) = (try a.contents(), try b.contents())
      try compareAttributes(a, b)
      for child in children {
        guard let other = others.first(where: { $0.path == child.path }) else {
          entries.append(Entry(object: child.path, text: "only in \(first)"))
          continue
        }
        guard child.kind == other.kind else {
          entries.append(Entry(object: child.path, text: "a \(child.kind) and a \(other.kind)"))
          continue
        }
        try compare(child, a, b)
      }
      let paths = Set(children.map(\.path))
      for other in others where !paths.contains(other.path) {
        entries.append(Entry(object: other.path, text: "only in \(second)"))
      }
    }
  }

  private mutating func compare(_ child: Group.Child, _ a: File, _ b: File) throws {
    switch child.kind {
    case .group: try compareAttributes(try a.group(child.path), try b.group(child.path))
    case .dataset:
      let (first, second) = (try a.dataset(child.path), try b.dataset(child.path))
      try compareAttributes(first, second)
      let (shape, otherShape) = (try first.shape, try second.shape)
      guard first.type == second.type, shape == otherShape else {
        entries.append(
          Entry(object: child.path, text: "\(first.type) \(shape) and \(second.type) \(otherShape)"))
        return
      }
      guard let type = first.type.swiftType else { return }
      let isMeasurement = try first.hasAttribute("role") && first.attribute("role", as: String.self) == "measurement"
      if let text = try Self.values(first, second, type, shape: shape) {
        entries.append(Entry(object: child.path, text: text, isMeasurement: isMeasurement))
      }
    case .other: break
    }
  }

  private mutating func compareAttributes(_ a: Object, _ b: Object) throws {
    let excluded = ContentHash.scaleAttributes.union(Self.ignoredAttributes)
    let (names, others) = (try a.attributeNames(), try b.attributeNames())
    for name in Set(names).union(others).subtracting(excluded).sorted() {
      let object = "\(a.path)@\(name)"
      guard names.contains(name), others.contains(name) else {
        entries.append(Entry(object: object, text: "only in \(names.contains(name) ? a.filePath : b.filePath)"))
        continue
      }
      let (first, second) = (try Self.text(of: a.attribute(name)), try Self.text(of: b.attribute(name)))
      if first != second { entries.append(Entry(object: object, text: "\(first) and \(second)")) }
    }
  }

  private static func text(of attribute: Attribute) throws -> String {
    func read<T: Element>(_: T.Type) throws -> String { "\(try attribute.read(T.self))" }
    guard let type = attribute.type.swiftType else { return "\(attribute.type)" }
    return "\(attribute.type) \(attribute.shape) \(try read(type))"
  }

  // MARK: Values

  /// How many values differ, where the first one is, and by how much at most.
  private static func values<T: Element>(
    _ a: Dataset, _ b: Dataset, _: T.Type, shape: [Int]
  ) throws -> String? {
    var tally = Tally()
    if shape.isEmpty {
      tally.add(try a.read(T.self), try b.read(T.self))
    } else {
      for rows in try a.rowBlocks() { tally.add(try a.read(T.self, rows: rows), try b.read(T.self, rows: rows)) }
    }
    return tally.text(shape: shape)
  }

  private struct Tally {
    var count = 0
    var differing = 0
    var first: (index: Int, values: String)?
    var largestAbsolute = 0.0
    var largestRelative = 0.0
    var isNumeric = true

    mutating func add<T: Element>(_ a: [T], _ b: [T]) {
      if let a = a as? [Double], let b = b as? [Double] { return add(a, b) { $0 } }
      if let a = a as? [Float], let b = b as? [Float] { return add(a, b) { Double($0) } }
      if let a = a as? [Int64], let b = b as? [Int64] { return add(a, b) { Double($0) } }
      if let a = a as? [UInt8], let b = b as? [UInt8] { return add(a, b) { Double($0) } }
      isNumeric = false
      add(a.map { "\($0)" }, b.map { "\($0)" }) { _ in 0 }
    }

    private mutating func add<V: Equatable>(_ a: [V], _ b: [V], number: (V) -> Double) {
      for (x, y) in zip(a, b) {
        defer { count += 1 }
        // NaN says the same as NaN.
        guard x != y, !(number(x).isNaN && number(y).isNaN) else { continue }
        differing += 1
        if first == nil { first = (count, "\(x) and \(y)") }
        let difference = abs(number(x) - number(y))
        let scale = max(abs(number(x)), abs(number(y)))
        largestAbsolute = max(largestAbsolute, difference.isNaN ? .infinity : difference)
        largestRelative = max(largestRelative, difference.isNaN ? .infinity : difference / scale)
      }
    }

    func text(shape: [Int]) -> String? {
      guard let first else { return nil }
      var index: [Int] = []
      var rest = first.index
      for length in shape.reversed() {
        index.insert(rest % max(1, length), at: 0)
        rest /= max(1, length)
      }
      let position = shape.isEmpty ? "" : " at \(index)"
      let size = isNumeric ? "; largest difference \(largestAbsolute), relative \(largestRelative)" : ""
      return "\(differing) of \(count) values differ, first\(position): \(first.values)\(size)"
    }
  }
}
