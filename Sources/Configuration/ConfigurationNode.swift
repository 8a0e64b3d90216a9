import Support

/// A YAML value that remembers where it was written.
struct ConfigurationNode: Sendable {
  indirect enum Content: Sendable {
    case null
    /// A scalar; a quoted one is text even if it looks like a number.
    case scalar(String, isQuoted: Bool)
    case list([ConfigurationNode])
    case map([String: ConfigurationNode])
  }

  var content: Content
  /// For messages: `linear-programs.yaml:12`, or `--set training.seed=3`.
  var location: String

  /// Whether the command line says it, not the file.
  var isOverride: Bool { location.hasPrefix("--set ") }
  var isNull: Bool { if case .null = content { true } else { false } }

  /// What a reader who expected something else found here.
  var summary: String {
    switch content {
    case .null: "nothing"
    case .scalar(let text, isQuoted: true): "the text \"\(text)\""
    case .scalar(let text, isQuoted: false): isNumeric(text) ? "the number \(text)" : "`\(text)`"
    case .list(let items): "a list of \(items.count)"
    case .map(let entries):
      entries.isEmpty ? "an empty map" : "a map with \(entries.keys.sorted().joined(separator: ", "))"
    }
  }

  private func isNumeric(_ text: String) -> Bool { parsedNumber(text) != nil }
}

// MARK: Overlays

extension ConfigurationNode {
  /// This tree with `overlay` laid over it: maps are merged key by key, a `null` removes a key, and everything else
  /// (scalars and lists) is replaced as a whole.
  ///
  /// - Throws: `.usage` where a `null` removes nothing, because such a line is a spelling mistake.
  func merged(with overlay: ConfigurationNode, path: String = "") throws -> ConfigurationNode {
    guard case .map(let additions) = overlay.content else { return overlay }
    var entries: [String: ConfigurationNode] = [:]
    var result = overlay
    if case .map(let own) = content { (entries, result) = (own, self) }
    for (key, value) in additions.sorted(by: { $0.key < $1.key }) {
      let keyPath = path.isEmpty ? key : "\(path).\(key)"
      if value.isNull {
        guard entries.removeValue(forKey: key) != nil else {
          throw Failure(
            .usage, "\(keyPath): null removes a key, but there is none of this name", at: value.location,
            remedy: suggestion(for: key, among: entries.keys.sorted(), called: "keys"))
        }
      } else {
        let base = entries[key] ?? ConfigurationNode(content: .null, location: value.location)
        entries[key] = try base.merged(with: value, path: keyPath)
      }
    }
    result.content = .map(entries)
    return result
  }

  /// This tree with `value` merged into the place that `path` names; list items are addressed by their position.
  func setting(_ path: ArraySlice<String>, to value: ConfigurationNode, parent: String = "") throws -> ConfigurationNode {
    guard let key = path.first else { return try merged(with: value, path: parent) }
    let rest = path.dropFirst()
    let keyPath = parent.isEmpty ? key : "\(parent).\(key)"
    var result = self
    switch content {
    case .map(var entries):
      if rest.isEmpty {
        return try merged(with: ConfigurationNode(content: .map([key: value]), location: value.location), path: parent)
      }
      let child = entries[key] ?? ConfigurationNode(content: .map([:]), location: value.location)
      entries[key] = try child.setting(rest, to: value, parent: keyPath)
      result.content = .map(entries)
    case .list(var items):
      guard let position = Int(key), items.indices.contains(position) else {
        throw Failure(
          .usage, "\(keyPath): `\(parent)` is a list of \(items.count), and `\(key)` is not a position in it",
          at: value.location,
          remedy: items.isEmpty
            ? "give the whole list: --set \(parent)=[...]" : "positions run from 0 to \(items.count - 1)")
      }
      guard !(rest.isEmpty && value.isNull) else {
        throw Failure(
          .usage, "\(keyPath): null removes keys of maps, not items of lists", at: value.location,
          remedy: "give the whole list: --set \(parent)=[...]")
      }
      items[position] = try items[position].setting(rest, to: value, parent: keyPath)
      result.content = .list(items)
    case .null, .scalar:
      throw Failure(
        .usage, "\(keyPath): `\(parent)` is \(summary), it has no entry `\(key)`", at: value.location,
        remedy: "set `\(parent)` itself")
    }
    return result
  }
}
