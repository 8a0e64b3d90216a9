/// One key of the configuration, as the reference page shows it.
public struct ConfigurationKey: Sendable, Equatable {
  /// For example `dataset.variables`, `training.phases[].steps`, `models.<name>.embedding`.
  public var path: String
  /// For example `integer`, `list of numbers`, `section`.
  public var type: String
  /// The allowed values in words; nil if all are.
  public var range: String?
  /// The default as YAML, nothing for sections; nil if the key must be written.
  public var fallback: String?
  /// True if the key may be left out and then has no value at all.
  public var isOptional = false
  /// The unit; "1" for pure numbers, nil for what has none.
  public var unit: String?
  /// What the key is for.
  public var meaning: String
  /// When the key exists, for example `architecture: implicit-gnn`, one entry for each alternative; empty if always.
  public var conditions: [String] = []
}

extension ConfigurationDocument {
  /// The keys as a Markdown page: one table for each top-level section.
  ///
  /// A section with the same keys as one before it (the solver of a phase, the training of one model) is a row that names that one.
  public static func markdown(_ keys: [ConfigurationKey]) -> String {
    let keys = withoutRepeats(keys)
    var sections: [(name: String, keys: [ConfigurationKey])] = []
    for key in keys {
      // A path without a dot is a key of the file itself, unless it opens a section.
      let top = key.path.prefix { $0 != "." && $0 != "[" }
      let isPlain = top.count == key.path.count && key.fallback != ""
      let name = isPlain ? "" : String(top)
      if let position = sections.firstIndex(where: { $0.name == name }) {
        sections[position].keys.append(key)
      } else {
        sections.append((name, [key]))
      }
    }
    return sections.map { section in
      let title = section.name.isEmpty ? "## The file" : "## `\(section.name)`"
      let header = "| key | type | default | unit | meaning |\n|---|---|---|---|---|"
      return ([title, "", header] + section.keys.map(row)).joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  /// The fewest keys that are worth a reference instead of being said again.
  private static let fewestRepeats = 3

  private static func withoutRepeats(_ keys: [ConfigurationKey]) -> [ConfigurationKey] {
    /// The keys below a section, by their paths in it; what holds for the section as a whole is no difference.
    func content(of section: String) -> [String] {
      keys.filter { $0.path.hasPrefix("\(section).") }.map { key in
        var row = key
        row.path = String(key.path.dropFirst(section.count))
        row.conditions = []
        return row.path + Self.row(row)
      }
    }
    let sections = Set(keys.flatMap { key in key.path.indices.filter { key.path[$0] == "." }.map { String(key.path[..<$0]) } })
    var first: [[String]: String] = [:]
    var repeats: [(section: String, like: String)] = []
    // Large ones before those that they contain, in the order of the page.
    let order = keys.map(\.path)
    func position(_ section: String) -> Int { order.firstIndex { $0.hasPrefix("\(section).") } ?? 0 }
    for section in sections.sorted(by: { (position($0), $0.count) < (position($1), $1.count) }) {
      guard !repeats.contains(where: { section.hasPrefix("\($0.section).") || section == $0.section }) else { continue }
      let rows = content(of: section)
      guard rows.count >= fewestRepeats else { continue }
      if let like = first[rows] { repeats.append((section, like)) } else { first[rows] = section }
    }
    var said: Set<String> = []
    return keys.compactMap { key in
      guard let found = repeats.first(where: { key.path.hasPrefix("\($0.section).") }) else { return key }
      guard said.insert(found.section).inserted else { return nil }
      return ConfigurationKey(
        path: "\(found.section).*", type: "section", fallback: "", meaning: "the keys of `\(found.like).*`", conditions: [])
    }
  }

  private static func row(_ key: ConfigurationKey) -> String {
    let type = [key.type, key.range].compactMap { $0 }.joined(separator: ", ")
    let fallback = key.isOptional ? "none" : key.fallback.map { $0.isEmpty ? "" : "`\($0)`" } ?? "required"
    let condition = key.conditions.isEmpty ? "" : " (with `\(key.conditions.joined(separator: "` or `"))`)"
    return "| "
      + ["`\(key.path)`", type, fallback, key.unit ?? "", key.meaning + condition]
      .map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }
}
