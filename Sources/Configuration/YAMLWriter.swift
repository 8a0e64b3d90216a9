/// What a configuration came to: every key that was read with the value that was used, defaults included.
///
/// The tree is shared by all sections of a document, so that two readers of one section see each other's keys.
final class ResolvedTree {
  enum Kind {
    case map
    case list
    /// YAML text of a scalar or of a list of scalars.
    case leaf(String)
  }

  var kind: Kind
  private(set) var children: [String: ResolvedTree] = [:]

  init(_ kind: Kind = .map) { self.kind = kind }

  /// Takes back what was read since `children` were these.
  func restore(_ children: [String: ResolvedTree]) { self.children = children }

  /// The child of this name, made if it is not there.
  @discardableResult
  func child(_ key: String, _ kind: Kind) -> ResolvedTree {
    if let child = children[key] {
      child.kind = kind
      return child
    }
    let child = ResolvedTree(kind)
    children[key] = child
    return child
  }

  func descendant(_ path: some Collection<String>) -> ResolvedTree? {
    guard let key = path.first else { return self }
    return children[key]?.descendant(path.dropFirst())
  }

  /// A copy that holds only the given key paths and what is below them.
  func selecting(_ paths: [[String]]) -> ResolvedTree {
    let copy = ResolvedTree(kind)
    for (key, child) in children {
      let inside = paths.filter { $0.first == key }.map { Array($0.dropFirst()) }
      if inside.contains([]) {
        copy.children[key] = child
      } else if !inside.isEmpty {
        copy.children[key] = child.selecting(inside)
      }
    }
    return copy
  }

  /// The tree as YAML: keys sorted, so that equal configurations are equal bytes.
  var yaml: String { lines.joined(separator: "\n") + "\n" }

  private var lines: [String] {
    switch kind {
    case .leaf(let text): return [text]
    case .map:
      guard !children.isEmpty else { return ["{}"] }
      return children.sorted { $0.key < $1.key }.flatMap { key, child in
        child.isInline ? ["\(key): \(child.lines[0])"] : ["\(key):"] + child.lines.map { "  \($0)" }
      }
    case .list:
      guard !children.isEmpty else { return ["[]"] }
      return children.sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }.flatMap { _, child in
        child.lines.enumerated().map { ($0.offset == 0 ? "- " : "  ") + $0.element }
      }
    }
  }

  private var isInline: Bool {
    if case .leaf = kind { true } else { children.isEmpty }
  }
}

/// Text as a YAML scalar that reads back as the same text: plain where that is safe, else in double quotes.
func yamlText(_ text: String) -> String {
  let isSafe =
    text.first.map { $0.isASCII && $0.isLetter } == true
    && text.utf8.allSatisfy { byte in
      byte < 128
        && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber
          || "-_./".utf8.contains(byte))
    }
  let isReserved = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
  if isSafe && !isReserved { return text }
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    case "\n": quoted += "\\n"
    case "\t": quoted += "\\t"
    case _
    where scalar.properties.generalCategory == .control || !(scalar.value < 0xd800 || 0xe000...0xfffd ~= scalar.value):
      let digits = String(scalar.value, radix: 16)
      quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}
