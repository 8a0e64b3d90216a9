import Foundation
import Support

/// A pipeline file with one of its presets and the overrides of the command line laid over it.
///
///     let document = try ConfigurationDocument.load("pipelines/linear-programs.yaml", preset: "demo", overrides: ["training.seed=3"])
///     let dataset = try document.section("dataset")
///
/// A preset is a partial copy of the file: maps are merged key by key, scalars and lists replaced as a whole, and
/// `null` removes a key, for example a model.
public final class ConfigurationDocument {
  /// The top-level keys of a pipeline file; `presets` comes on top.
  public static let pipelineKeys = [
    "case_study", "title", "references", "seed", "dataset", "models", "training", "sweep", "aggregate", "pipeline",
  ]

  /// The path of the file as it was given.
  public let name: String
  /// The preset that was laid over the file; nil for none.
  public let preset: String?
  /// As they were given, `key.path=value`.
  public let overrides: [String]
  /// The names of all presets in the file, in alphabetical order.
  public let presets: [String]
  /// The whole file as a section: its top-level scalars are read here.
  public let root: ConfigurationSection

  private let overridePaths: [(path: [String], text: String)]

  private init(
    name: String, preset: String?, presets: [String], overrides: [Override], tree: ConfigurationNode,
    isDescribing: Bool = false
  ) {
    (self.name, self.preset, self.presets) = (name, preset, presets)
    self.overrides = overrides.map(\.argument)
    overridePaths = overrides.filter { !$0.value.isNull }.map { ($0.path, $0.text) }
    let folder = (name as NSString).deletingLastPathComponent
    let entries = if case .map(let entries) = tree.content { entries } else { [String: ConfigurationNode]() }
    root = ConfigurationSection(
      path: "", referencePath: "", location: tree.location, entries: entries, resolved: ResolvedTree(),
      context: ConfigurationContext(folder: folder.isEmpty ? "." : folder, isDescribing: isDescribing))
  }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - preset: one of the names below `presets`; nil for the file as it is.
  ///   - overrides: `key.path=value` with the value in YAML; list items are addressed by position, `null` removes a
  ///     key.
  ///   - keys: the allowed top-level keys.
  /// - Throws: `.missingInput` if the file cannot be read; `.usage` for everything that is wrong in it.
  public static func load(
    _ path: String, preset: String? = nil, overrides: [String] = [], keys: [String] = pipelineKeys
  ) throws -> ConfigurationDocument {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
      throw Failure(
        .missingInput,
        isFolder.boolValue ? "expected a configuration file, found a folder" : "there is no such configuration file",
        at: path,
        remedy: keys == pipelineKeys ? "name a YAML file, for example pipelines/linear-programs.yaml" : "check the path")
    }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw Failure(.missingInput, "cannot read the configuration file: \(error.localizedDescription)", at: path)
    }
    guard data.count <= YAMLReader.largestFileSize, let text = String(validating: data, as: UTF8.self) else {
      throw Failure(.usage, "a configuration is UTF-8 text of at most 1 MiB; this is something else", at: path)
    }
    return try parse(text, name: path, preset: preset, overrides: overrides, keys: keys)
  }

  /// As `load`, from text.
  ///
  /// - Parameter name: stands for the path in messages.
  public static func parse(
    _ text: String, name: String, preset: String? = nil, overrides: [String] = [], keys: [String] = pipelineKeys
  ) throws -> ConfigurationDocument {
    let empty = ConfigurationNode(content: .map([:]), location: "\(name):1")
    var tree = try YAMLReader.read(text, name: name) ?? empty
    guard case .map(var entries) = tree.content else {
      throw Failure(
        .usage, "expected a map of keys, found \(tree.summary)", at: tree.location,
        remedy: "keys: \(keys.joined(separator: ", "))")
    }
    try checkTopLevel(entries, keys + ["presets"], within: "")
    let presets = try presets(in: entries.removeValue(forKey: "presets"), keys: keys)
    tree.content = .map(entries)
    if let preset {
      guard let overlay = presets[preset] else {
        throw Failure(
          .usage, "unknown preset `\(preset)`", at: name,
          remedy: suggestion(for: preset, among: presets.keys.sorted(), called: "presets"))
      }
      tree = try tree.merged(with: overlay)
    }
    let parsed = try overrides.map(Override.init)
    for override in parsed {
      if let first = override.path.first, !keys.contains(first) {
        throw Failure(
          .usage, "unknown key `\(first)`", at: override.text,
          remedy: suggestion(for: first, among: keys, called: "keys"))
      }
      tree = try tree.setting(override.path[...], to: override.value)
    }
    return ConfigurationDocument(
      name: name, preset: preset, presets: presets.keys.sorted(), overrides: parsed, tree: tree)
  }

  /// A document without a file, whose readers produce `reference`: every key has its default or a placeholder.
  public static func describing() -> ConfigurationDocument {
    ConfigurationDocument(
      name: "reference", preset: nil, presets: [], overrides: [],
      tree: ConfigurationNode(content: .map([:]), location: "reference"), isDescribing: true)
  }

  private static func presets(in node: ConfigurationNode?, keys: [String]) throws -> [String: ConfigurationNode] {
    guard let node else { return [:] }
    guard case .map(let presets) = node.content else {
      throw Failure(.usage, "presets: expected a map of presets, found \(node.summary)", at: node.location)
    }
    for (name, preset) in presets.sorted(by: { $0.key < $1.key }) {
      guard case .map(let entries) = preset.content else {
        throw Failure(
          .usage, "presets.\(name): expected a map of keys, found \(preset.summary)", at: preset.location,
          remedy: "write {} for a preset that changes nothing")
      }
      try checkTopLevel(entries, keys, within: "presets.\(name): ")
    }
    return presets
  }

  private static func checkTopLevel(_ entries: [String: ConfigurationNode], _ keys: [String], within prefix: String)
    throws
  {
    guard let unknown = entries.filter({ !keys.contains($0.key) }).min(by: { $0.key < $1.key }) else { return }
    throw Failure(
      .usage, "\(prefix)unknown key `\(unknown.key)`", at: unknown.value.location,
      remedy: suggestion(for: unknown.key, among: keys, called: "keys"))
  }
}

extension ConfigurationDocument {
  /// Says something about the configuration that is no error; once, however often a program reads the file.
  public func note(_ text: String) { root.context.note("\(name): \(text)") }

  /// A top-level section, for example `dataset`. If it is not in the file, its keys have their defaults.
  public func section(_ key: String, _ meaning: String = "") throws -> ConfigurationSection {
    try root.section(key, meaning)
  }

  /// To be called when everything that belongs to the command has been read.
  ///
  /// - Parameter others: top-level sections that other stages read; overrides in them pass.
  /// - Throws: `.usage` for an override that nobody has read, because it has no effect.
  public func finish(ignoring others: [String] = []) throws {
    for (path, text) in overridePaths where root.resolved.descendant(path) == nil && !others.contains(path.first ?? "") {
      throw Failure(
        .usage, "this override has no effect: nothing here reads `\(path.joined(separator: "."))`", at: text,
        remedy: "`implicit-inspect config --reference` lists all keys")
    }
  }

  /// Every key that was read, with the value that was used, as YAML that reads back to the same configuration. Keys are
  /// sorted and numbers are the shortest that read back: equal configurations give equal text.
  ///
  /// - Parameter paths: only these sections or keys, for example `["seed", "dataset", "models.implicit-8"]`; nil for
  ///   all.
  public func resolved(only paths: [String]? = nil) -> String {
    guard let paths else { return root.resolved.yaml }
    return root.resolved.selecting(paths.map { $0.split(separator: ".").map(String.init) }).yaml
  }

  /// The keys that were read so far, in the order of reading; only in describing mode.
  public var reference: [ConfigurationKey] { root.context.keys }

  /// Whether this document only lists keys.
  public var isDescribing: Bool { root.context.isDescribing }
}

/// One `key.path=value` of the command line.
struct Override {
  var path: [String]
  var value: ConfigurationNode
  /// As it was given.
  var argument: String
  /// For messages.
  var text: String

  init(_ argument: String) throws {
    self.argument = argument
    text = "--set \(argument)"
    let remedy = "write key.path=value, for example training.phases.0.steps=10"
    guard let equals = argument.firstIndex(of: "=") else {
      throw Failure(.usage, "an override without `=`", at: text, remedy: remedy)
    }
    path = argument[..<equals].split(separator: ".", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard path.allSatisfy({ !$0.isEmpty }) else {
      throw Failure(.usage, "an override with an empty key", at: text, remedy: remedy)
    }
    let written = String(argument[argument.index(after: equals)...])
    guard !written.allSatisfy(\.isWhitespace), var value = try YAMLReader.read(written, name: text) else {
      throw Failure(
        .usage, "an override without a value", at: text, remedy: "write null to remove the key, \"\" for empty text")
    }
    value.setLocation(text)
    self.value = value
  }
}

extension ConfigurationNode {
  fileprivate mutating func setLocation(_ location: String) {
    self.location = location
    switch content {
    case .null, .scalar: break
    case .list(var items):
      for position in items.indices { items[position].setLocation(location) }
      content = .list(items)
    case .map(var entries):
      for key in entries.keys { entries[key]?.setLocation(location) }
      content = .map(entries)
    }
  }
}
