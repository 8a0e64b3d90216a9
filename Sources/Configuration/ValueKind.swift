import Support

/// How one type of value is read from a configuration, written back and described.
struct ValueKind<Value> {
  /// For messages and the reference: `integer`, `list of numbers`.
  var name: String
  /// The allowed values in words; nil if all are.
  var range: String?
  /// A valid value, for describing a configuration that nobody wrote.
  var placeholder: Value
  var decode: (ConfigurationNode) throws(Mismatch) -> Value
  /// The value as YAML text that decodes to the same value.
  var encode: (Value) -> String

  var expected: String { [name, range].compactMap { $0 }.joined(separator: ", ") }
}

/// A value of the wrong type or outside its range.
struct Mismatch: Error {
  var found: ConfigurationNode
  var hint: String?
  /// For an item of a list: what it should be, and where it is below the key (`.2`).
  var expectedItem: String?
  var position = ""
}

// MARK: Scalars

extension ValueKind where Value == Int {
  static func integer(_ bounds: Bounds<Int>) -> ValueKind {
    ValueKind(
      name: "integer", range: bounds.text, placeholder: bounds.placeholder(near: 0),
      decode: { node throws(Mismatch) in
        guard case .scalar(let text, isQuoted: false) = node.content, let value = parsedInteger(text),
          bounds.contains(value)
        else { throw Mismatch(found: node) }
        return value
      },
      encode: { "\($0)" })
  }
}

extension ValueKind where Value == Double {
  /// - Parameter finite: false lets infinity and NaN through.
  static func number(_ bounds: Bounds<Double>, finite: Bool) -> ValueKind {
    ValueKind(
      name: "number", range: bounds.text, placeholder: bounds.placeholder(near: 0),
      decode: { node throws(Mismatch) in
        guard case .scalar(let text, isQuoted: false) = node.content, let value = parsedNumber(text) else {
          throw Mismatch(found: node)
        }
        guard !finite || value.isFinite else { throw Mismatch(found: node, hint: "the number must be finite") }
        guard value.isNaN || bounds.contains(value) else { throw Mismatch(found: node) }
        return value
      },
      encode: yamlNumber)
  }
}

extension ValueKind where Value == Bool {
  static var boolean: ValueKind {
    ValueKind(
      name: "boolean", range: "true or false", placeholder: false,
      decode: { node throws(Mismatch) in
        switch node.content {
        case .scalar("true", isQuoted: false): return true
        case .scalar("false", isQuoted: false): return false
        default: throw Mismatch(found: node)
        }
      },
      encode: { "\($0)" })
  }
}

extension ValueKind where Value == String {
  static var text: ValueKind {
    ValueKind(
      name: "text", range: nil, placeholder: "...",
      decode: { node throws(Mismatch) in
        guard case .scalar(let text, let isQuoted) = node.content else { throw Mismatch(found: node) }
        guard isQuoted || (parsedNumber(text) == nil && text != "true" && text != "false") else {
          throw Mismatch(found: node, hint: "put it in quotes if it is meant as text: \"\(text)\"")
        }
        return text
      },
      encode: yamlText)
  }
}

extension ValueKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// - Parameter first: any of the cases.
  static func choice(_ first: Value) -> ValueKind {
    let names = Value.allCases.map(\.rawValue)
    return ValueKind(
      name: "choice", range: "one of " + names.joined(separator: ", "), placeholder: first,
      decode: { node throws(Mismatch) in
        guard case .scalar(let text, _) = node.content else { throw Mismatch(found: node) }
        guard let value = Value(rawValue: text) else {
          throw Mismatch(found: node, hint: suggestion(for: text, among: names, called: "values"))
        }
        return value
      },
      encode: { yamlText($0.rawValue) })
  }
}

extension ValueKind where Value == String {
  /// One of some words, which are known at run time only.
  static func word(among words: [String]) -> ValueKind {
    ValueKind(
      name: "choice", range: "one of " + words.joined(separator: ", "), placeholder: words.first ?? "...",
      decode: { node throws(Mismatch) in
        guard case .scalar(let text, _) = node.content else { throw Mismatch(found: node) }
        guard words.contains(text) else {
          throw Mismatch(found: node, hint: suggestion(for: text, among: words, called: "values"))
        }
        return text
      },
      encode: yamlText)
  }
}

// MARK: Lists

extension ValueKind {
  /// A list of `count` items.
  static func list<Item>(of item: ValueKind<Item>, _ count: Bounds<Int>) -> ValueKind where Value == [Item] {
    let range = [item.range.map { "each \($0)" }, count.lengthText.map { "\($0) of them" }].compactMap { $0 }
    return ValueKind(
      name: "list of \(item.name)s", range: range.isEmpty ? nil : range.joined(separator: "; "),
      placeholder: [item.placeholder],
      decode: { node throws(Mismatch) in
        guard case .list(let items) = node.content, count.contains(items.count) else { throw Mismatch(found: node) }
        var values: [Item] = []
        for (position, node) in items.enumerated() {
          do throws(Mismatch) {
            values.append(try item.decode(node))
          } catch {
            throw Mismatch(found: error.found, hint: error.hint, expectedItem: item.expected, position: ".\(position)")
          }
        }
        return values
      },
      encode: { values in "[" + values.map(item.encode).joined(separator: ", ") + "]" })
  }
}

extension Bounds {
  /// A value inside, `wanted` if possible.
  fileprivate func placeholder(near wanted: Bound) -> Bound {
    contains(wanted) ? wanted : [upper, lower].compactMap { $0 }.first(where: contains) ?? wanted
  }
}

// MARK: Numbers as text

/// Decimal integers, with `_` between digits if wished. A number written with a fraction or an exponent (`1e4`) counts
/// if it is exactly an integer. A leading zero does not: YAML 1.1 read `010` as eight.
func parsedInteger(_ text: String) -> Int? {
  if text.wholeMatch(of: /[-+]?(0|[1-9][0-9]*(_[0-9]+)*)/) != nil { return Int(text.filter { $0 != "_" }) }
  guard let value = parsedNumber(text), abs(value) <= 0x1p53 else { return nil }
  return Int(exactly: value)
}

/// Decimal numbers as in YAML 1.2, with `_` between digits if wished, and `.inf`, `-.inf`, `.nan`.
func parsedNumber(_ text: String) -> Double? {
  switch text {
  case ".inf", "+.inf": return .infinity
  case "-.inf": return -.infinity
  case ".nan": return .nan
  default:
    let decimal = /[-+]?(\.[0-9]+|(0|[1-9][0-9]*(_[0-9]+)*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?/
    return text.wholeMatch(of: decimal) == nil ? nil : Double(text.filter { $0 != "_" })
  }
}

/// The shortest text that reads back as the same number.
func yamlNumber(_ value: Double) -> String {
  value.isNaN ? ".nan" : value.isInfinite ? (value < 0 ? "-.inf" : ".inf") : "\(value)"
}
