extension ConfigurationDocument {
  /// What the file, the preset and the overrides say below some keys, by key path: `["training.stages.0.steps": "1500"]`.
  ///
  /// Numbers are written in one way (`1e-2` as `0.01`), so that equal values are equal text. Keys that are not written do
  /// not appear: their defaults belong to the version of the tools. Does not count as reading.
  ///
  /// - Parameter paths: sections or keys, for example `["seed", "models.implicit-8"]`.
  public func values(under paths: [String]) -> [String: String] {
    var values: [String: String] = [:]
    for path in paths {
      let keys = path.split(separator: ".").map(String.init)
      guard let first = keys.first, var node = root.entries[first] else { continue }
      var isWritten = true
      for key in keys.dropFirst() {
        guard case .map(let entries) = node.content, let child = entries[key] else {
          isWritten = false
          break
        }
        node = child
      }
      if isWritten { node.collectValues(path, into: &values) }
    }
    return values
  }
}

extension ConfigurationNode {
  fileprivate func collectValues(_ path: String, into values: inout [String: String]) {
    switch content {
    case .null: values[path] = "null"
    case .scalar(let text, isQuoted: true): values[path] = yamlText(text)
    case .scalar(let text, isQuoted: false): values[path] = canonical(text)
    case .list(let items):
      if items.isEmpty { values[path] = "[]" }
      for (position, item) in items.enumerated() { item.collectValues("\(path).\(position)", into: &values) }
    case .map(let entries):
      if entries.isEmpty { values[path] = "{}" }
      for (key, item) in entries { item.collectValues("\(path).\(key)", into: &values) }
    }
  }

  private func canonical(_ text: String) -> String {
    if let integer = parsedInteger(text) { return "\(integer)" }
    // Digits alone are an integer beyond 64 bits: as a number they would lose some.
    return text.allSatisfy(\.isNumber) ? text : parsedNumber(text).map(yamlNumber) ?? text
  }
}
