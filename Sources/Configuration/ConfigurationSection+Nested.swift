// MARK: Sections in sections

import Support

extension ConfigurationSection {
  /// The section below this key. If it is not in the file, its keys have their defaults.
  public func section(_ key: String, _ meaning: String = "") throws -> ConfigurationSection {
    describe(key, type: "section", meaning)
    let child = resolved.child(key, .map)
    guard let node = entries[key] else { return descend(key, location: location, entries: [:], resolved: child) }
    return descend(key, location: node.location, entries: try entriesOfSection(key, node, meaning), resolved: child)
  }

  /// The section below this key; nil if it is missing or `null`.
  public func optionalSection(_ key: String, _ meaning: String = "") throws -> ConfigurationSection? {
    guard !context.isDescribing, entries[key]?.isNull ?? true else { return try section(key, meaning) }
    resolved.child(key, .leaf("null"))
    return nil
  }

  /// A list of sections, in the order of the file. Missing means empty, if `count` allows that.
  public func sections<Count: ConfigurationRange<Int>>(
    _ key: String, count: Count = 1..., _ meaning: String
  ) throws -> [ConfigurationSection] {
    let type = ["list of sections", count.bounds.lengthText].compactMap { $0 }.joined(separator: ", ")
    describe(key, type: type, meaning)
    let list = resolved.child(key, .list)
    guard !context.isDescribing else {
      return [descend(key, reference: "[]", location: location, entries: [:], resolved: list.child("0", .map))]
    }
    if entries[key] == nil, !count.bounds.contains(0) { throw missing(key, "\(type) (\(meaning))") }
    let node = entries[key] ?? ConfigurationNode(content: .list([]), location: location)
    guard case .list(let items) = node.content, count.bounds.contains(items.count) else {
      throw wrongType(key, expected: type, node, meaning)
    }
    return try items.enumerated().map { position, item in
      let itemKey = "\(key).\(position)"
      return descend(
        itemKey, location: item.location, entries: try entriesOfSection(itemKey, item, meaning),
        resolved: list.child("\(position)", .map))
    }
  }

  /// A map from free names to sections, ordered by name. Missing means empty, if `count` allows that.
  public func namedSections<Count: ConfigurationRange<Int>>(
    _ key: String, count: Count = 1..., _ meaning: String
  ) throws -> [(name: String, section: ConfigurationSection)] {
    let type = ["map of sections", count.bounds.lengthText].compactMap { $0 }.joined(separator: ", ")
    describe(key, type: type, meaning)
    let map = resolved.child(key, .map)
    guard !context.isDescribing else {
      let name = "<name>"
      return [(name, descend(key, reference: ".\(name)", location: location, entries: [:], resolved: map.child(name, .map)))]
    }
    let node = entries[key] ?? ConfigurationNode(content: .map([:]), location: location)
    guard case .map(let named) = node.content, count.bounds.contains(named.count) else {
      throw wrongType(key, expected: type, node, meaning)
    }
    return try named.sorted { $0.key < $1.key }.map { name, item in
      let itemKey = "\(key).\(name)"
      let entries = try entriesOfSection(itemKey, item, meaning)
      return (name, descend(itemKey, location: item.location, entries: entries, resolved: map.child(name, .map)))
    }
  }

  /// A choice that decides which other keys this section has.
  ///
  ///     let model = try section.variant("architecture", default: Architecture.gnn, "...") { architecture in
  ///       switch architecture { case .gnn: Gnn(width: try section.integer("width", ...)) ... }
  ///     }
  ///
  /// In describing mode the body runs once for every case, so that the keys of all of them reach the reference.
  public func variant<Choice: RawRepresentable & CaseIterable, Result>(
    _ key: String, default fallback: Choice? = nil, _ meaning: String, body: (Choice) throws -> Result
  ) throws -> Result where Choice.RawValue == String {
    try variants(
      key, of: choice(key, default: fallback, meaning), among: Array(Choice.allCases), name: \.rawValue, body: body)
  }

  /// The same for names that are known at run time only. The key must be written.
  public func variant<Result>(
    _ key: String, among names: [String], _ meaning: String, body: (String) throws -> Result
  ) throws -> Result {
    let chosen = try read(key, ValueKind<String>.word(among: names), default: nil, meaning)
    return try variants(key, of: chosen, among: names, name: \.self, body: body)
  }

  private func variants<Choice, Result>(
    _ key: String, of chosen: Choice, among all: [Choice], name: (Choice) -> String, body: (Choice) throws -> Result
  ) throws -> Result {
    guard context.isDescribing else {
      dropInherited(key, chosen: name(chosen)) {
        let outer = conditions
        for option in all {
          conditions = outer + ["\(key): \(name(option))"]
          _ = try? body(option)
        }
        conditions = outer
      }
      return try body(chosen)
    }
    let outer = conditions
    defer { conditions = outer }
    for option in all where name(option) != name(chosen) {
      conditions = outer + ["\(key): \(name(option))"]
      _ = try body(option)
    }
    conditions = outer + ["\(key): \(name(chosen))"]
    return try body(chosen)
  }
}

extension ConfigurationSection {
  /// Where the command line names another variant than the file, the file's keys of the other variants go with it.
  ///
  /// - Parameters:
  ///   - key: the key that names the variant.
  ///   - readAll: reads the keys of every variant.
  private func dropInherited(_ key: String, chosen: String, _ readAll: () -> Void) {
    guard let node = entries[key], node.isOverride else { return }
    let inherited = entries.filter { $0.key != key && !$0.value.isOverride && resolved.children[$0.key] == nil }
    guard !inherited.isEmpty else { return }
    let all = context.describing(self, readAll)
    let known = Set(all.filter { !$0.conditions.isEmpty }.map(\.path))
    let own = Set(all.filter { $0.conditions.isEmpty || $0.conditions.contains { $0.contains("\(key): \(chosen)") } }.map(\.path))
    for name in inherited.keys.sorted() where known.contains(referenceKeyPath(name)) && !own.contains(referenceKeyPath(name)) {
      dropped.insert(name)
      context.note("\(keyPath(name)) does not go with \(keyPath(key))=\(chosen), and is dropped")
    }
  }

  /// - Parameter reference: what stands for the item's own name on the reference page.
  private func descend(
    _ key: String, reference: String = "", location: String, entries: [String: ConfigurationNode], resolved: ResolvedTree
  ) -> ConfigurationSection {
    let section = ConfigurationSection(
      path: keyPath(key), referencePath: referenceKeyPath(key) + reference, location: location, entries: entries,
      resolved: resolved, context: context)
    section.conditions = conditions
    return section
  }

  private func entriesOfSection(_ key: String, _ node: ConfigurationNode, _ meaning: String) throws -> [String:
    ConfigurationNode]
  {
    guard case .map(let entries) = node.content else { throw wrongType(key, expected: "section", node, meaning) }
    return entries
  }

  private func wrongType(_ key: String, expected: String, _ node: ConfigurationNode, _ meaning: String) -> Failure {
    Failure(
      .usage, "\(keyPath(key)): expected \(expected), found \(node.summary)", at: node.location,
      remedy: meaning.isEmpty ? nil : "this is: \(meaning)")
  }

  private func describe(_ key: String, type: String, _ meaning: String) {
    context.describe(
      ConfigurationKey(
        path: referenceKeyPath(key), type: type, fallback: "", meaning: meaning, conditions: joinedConditions))
  }
}
