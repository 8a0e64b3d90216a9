import Foundation
import Support
import Yams

/// Reads YAML text into nodes that know their place. Scalars stay text here: what they mean is decided by who reads
/// them, so that `no`, `1e4` or `010` never changes its meaning behind the reader's back.
enum YAMLReader {
  /// More values than any configuration has: beyond it, aliases were nested to explode ("billion laughs").
  static let largestNodeCount = 100_000
  static let largestFileSize = 1 << 20

  /// The single document of the text; nil if there is none (empty, or comments only).
  static func read(_ text: String, name: String) throws -> ConfigurationNode? {
    let root: Node?
    do {
      root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw failure(from: error, name: name)
    }
    var budget = largestNodeCount
    return try root.map { try convert($0, name: name, line: 1, budget: &budget) }
  }

  private static func convert(_ node: Node, name: String, line: Int, budget: inout Int) throws -> ConfigurationNode {
    let line = node.mark?.line ?? line
    let location = "\(name):\(line)"
    budget -= 1
    guard budget >= 0 else {
      throw Failure(
        .usage, "the configuration has more than \(largestNodeCount) values", at: location,
        remedy: "nested aliases (`*name`) multiply: write the values out")
    }
    switch node {
    case .scalar(let scalar):
      let isQuoted = scalar.style != .plain && scalar.style != .any
      let isNull = !isQuoted && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
      return ConfigurationNode(content: isNull ? .null : .scalar(scalar.string, isQuoted: isQuoted), location: location)
    case .sequence(let sequence):
      let items = try sequence.map { try convert($0, name: name, line: line, budget: &budget) }
      return ConfigurationNode(content: .list(items), location: location)
    case .mapping(let mapping):
      var entries: [String: ConfigurationNode] = [:]
      for (keyNode, value) in mapping {
        let keyLocation = "\(name):\(keyNode.mark?.line ?? line)"
        guard case .scalar(let scalar) = keyNode, isKey(scalar.string) else {
          throw Failure(
            .usage,
            "expected a key of letters, digits, `_` and `-`, found \(keyNode.scalar.map { "`\($0.string)`" } ?? "a list or map")",
            at: keyLocation, remedy: "rename the key; merge keys (`<<`) are not part of the format")
        }
        // A value on the lines after its key is better found at the key.
        var entry = try convert(value, name: name, line: line, budget: &budget)
        entry.location = keyLocation
        guard entries.updateValue(entry, forKey: scalar.string) == nil else {
          throw duplicate([scalar.string], at: keyLocation)
        }
      }
      return ConfigurationNode(content: .map(entries), location: location)
    case .alias:
      throw Failure(.usage, "an alias without its anchor", at: location, remedy: "write the value out")
    }
  }

  private static func isKey(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  private static func duplicate(_ keys: [String], at location: String) -> Failure {
    Failure(
      .usage, "the key `\(keys.joined(separator: "`, `"))` occurs more than once in the same map", at: location,
      remedy: "keep one of them")
  }

  private static func failure(from error: YamlError, name: String) -> Failure {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let whole = [context.map { "\($0.text) from line \($0.mark.line)" }, problem].compactMap { $0 }.joined(
        separator: ": ")
      return Failure(
        .usage, "not valid YAML: \(whole)", at: "\(name):\(mark.line):\(mark.column)",
        remedy: "check indentation, brackets and quotes around this line")
    case .duplicatedKeysInMapping(let keys, let context):
      return duplicate(keys, at: "\(name):\(context.mark.line)")
    case .reader(let problem, let offset, _, let text):
      let line = text.prefix(offset ?? 0).count { $0.isNewline } + 1
      return Failure(
        .usage, "not valid YAML: \(problem)", at: "\(name):\(line)", remedy: "remove the control characters there")
    default:
      return Failure(.usage, "not valid YAML: \(error)", at: name, remedy: "check the syntax")
    }
  }
}
