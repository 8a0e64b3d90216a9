extension ConfigurationDocument {
  /// Every key that was read below some keys, with the value that was used, by key path:
  /// `["training.phases.0.steps": "1500"]`. What `resolved` says as text, for programs that compare.
  ///
  /// - Parameter paths: sections or keys, for example `["seed", "models.implicit-8"]`.
  public func resolvedValues(under paths: [String]) -> [String: String] {
    var values: [String: String] = [:]
    for path in paths {
      root.resolved.descendant(path.split(separator: ".").map(String.init))?.collectValues(path, into: &values)
    }
    return values
  }
}

extension ResolvedTree {
  /// A section without keys is a value of its own, so that it differs from no section.
  fileprivate func collectValues(_ path: String, into values: inout [String: String]) {
    if case .leaf(let text) = kind { values[path] = text }
    if case .map = kind, children.isEmpty { values[path] = "{}" }
    if case .list = kind, children.isEmpty { values[path] = "[]" }
    for (key, child) in children { child.collectValues("\(path).\(key)", into: &values) }
  }
}
