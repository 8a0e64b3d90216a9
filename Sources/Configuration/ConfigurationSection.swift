import Support
import Synchronization

/// One map of a configuration file, read key by key.
///
///     let section = try document.section("dataset", "the instances")
///     let variables = try section.integer("variables", default: 50, in: 1...100_000, "number of variables n")
///     let noise = try section.number("noise", default: 0.1, in: 0..., "standard deviation of the noise")
///     let solver = try section.choice("solver", default: Solver.picard, "fixed-point solver")
///     try section.finish()
///
/// A key that is missing and has no default, a value of the wrong type or outside its range, and, at `finish()`, a key
/// in the file that nobody read are each a `Failure(.usage)` that names the line, the key path, what was expected and
/// what was found. The same calls on `ConfigurationDocument.describing()` produce the reference page instead.
///
/// Sections are references: several readers may read one section, and the last of them calls `finish()`.
public final class ConfigurationSection {
  /// Where the section is in the file, for example `training.phases.0`; empty for the whole file.
  public let path: String
  /// For messages, for example `linear-programs.yaml:12`.
  public let location: String
  let entries: [String: ConfigurationNode]
  let resolved: ResolvedTree
  let context: ConfigurationContext
  /// The path with placeholders, for example `training.phases[]`.
  let referencePath: String
  /// What must all hold for the keys that are read now to exist, for example `architecture: implicit-gnn`.
  var conditions: [String] = []
  /// Keys of the file that go with a variant which the command line replaced.
  var dropped: Set<String> = []
  /// As the one alternative of a reference row.
  var joinedConditions: [String] { conditions.isEmpty ? [] : [conditions.joined(separator: ", ")] }

  init(
    path: String, referencePath: String, location: String, entries: [String: ConfigurationNode], resolved: ResolvedTree,
    context: ConfigurationContext
  ) {
    (self.path, self.referencePath, self.location) = (path, referencePath, location)
    (self.entries, self.resolved, self.context) = (entries, resolved, context)
  }

  /// Whether the key is written in the file, the preset or an override. Does not count as reading it.
  public func contains(_ key: String) -> Bool { entries[key] != nil }

  func keyPath(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
  func referenceKeyPath(_ key: String) -> String { referencePath.isEmpty ? key : "\(referencePath).\(key)" }

  /// - Throws: `.usage` for a key of this section that nobody has read.
  public func finish() throws {
    guard !context.isDescribing else { return }
    let unknown = entries.filter { resolved.children[$0.key] == nil && !dropped.contains($0.key) }
    guard let first = unknown.min(by: { lineOrder($0.value) < lineOrder($1.value) }) else { return }
    throw Failure(
      .usage, path.isEmpty ? "unknown key `\(first.key)`" : "\(path): unknown key `\(first.key)`",
      at: first.value.location,
      remedy: suggestion(for: first.key, among: resolved.children.keys.sorted(), called: "keys"))
  }

  private func lineOrder(_ node: ConfigurationNode) -> (Int, String) {
    (node.location.split(separator: ":").last.flatMap { Int($0) } ?? .max, node.location)
  }
}

/// What all sections of one document share.
final class ConfigurationContext {
  /// The folder that relative paths in the file start from.
  let folder: String
  private(set) var isDescribing: Bool
  private(set) var keys: [ConfigurationKey] = []
  /// Files and folders that keys name, from the root of the file system, by key path.
  var externalFiles: [String: String] = [:]

  init(folder: String, isDescribing: Bool) { (self.folder, self.isDescribing) = (folder, isDescribing) }

  /// The keys that a body reads of a section; nothing of the reading stays.
  func describing(_ section: ConfigurationSection, _ body: () -> Void) -> [ConfigurationKey] {
    let (before, read) = (keys, section.resolved.children)
    (isDescribing, keys) = (true, [])
    defer {
      (isDescribing, keys) = (false, before)
      section.resolved.restore(read)
    }
    body()
    return keys
  }

  /// Says something about the configuration that is no error; once, however often a program reads the file.
  func note(_ text: String) {
    guard Self.said.withLock({ $0.insert(text).inserted }) else { return }
    Console.standardError.print(text)
  }

  private static let said = Mutex<Set<String>>([])

  /// Adds a key to the reference; the same key under another condition joins its row.
  func describe(_ key: ConfigurationKey) {
    guard isDescribing else { return }
    var unconditional = key
    unconditional.conditions = []
    let same = keys.firstIndex {
      var other = $0
      other.conditions = []
      return other == unconditional
    }
    guard let same else { return keys.append(key) }
    let isAlways = key.conditions.isEmpty || keys[same].conditions.isEmpty
    keys[same].conditions =
      isAlways ? [] : keys[same].conditions + key.conditions.filter { !keys[same].conditions.contains($0) }
  }
}

// MARK: Reading one key

extension ConfigurationSection {
  /// The value of the key, or the default.
  ///
  /// - Parameter fallback: nil if the key must be written.
  func read<Value>(
    _ key: String, _ kind: ValueKind<Value>, default fallback: Value?, _ meaning: String, unit: String? = nil
  ) throws -> Value {
    describe(key, kind, fallback: fallback.map(kind.encode), isOptional: false, meaning, unit)
    guard !context.isDescribing else { return try fallback.map { try checked($0, kind, key) } ?? kind.placeholder }
    let value: Value
    if let node = entries[key] {
      value = try decode(node, kind, key, meaning)
    } else if let fallback {
      value = fallback
    } else {
      throw missing(key, "\(kind.expected) (\(meaning))")
    }
    resolved.child(key, .leaf(kind.encode(value)))
    return value
  }

  /// The failure of a key that must be written and is not, perhaps because it is misspelt.
  func missing(_ key: String, _ expected: String) -> Failure {
    let similar = entries.keys.sorted().first {
      resolved.children[$0] == nil && editDistance($0, key) * 3 <= max($0.count, key.count)
    }
    return Failure(
      .usage, "\(keyPath(key)) is missing", at: similar.flatMap { entries[$0]?.location } ?? location,
      remedy: "\(similar.map { "is `\($0)` meant to be it? " } ?? "")add `\(key)`: \(expected)")
  }

  /// The value of the key, or nil if it is missing or `null`.
  func readOptional<Value>(_ key: String, _ kind: ValueKind<Value>, _ meaning: String, unit: String? = nil) throws
    -> Value?
  {
    describe(key, kind, fallback: nil, isOptional: true, meaning, unit)
    let node = entries[key].flatMap { $0.isNull ? nil : $0 }
    let value = try node.map { try decode($0, kind, key, meaning) }
    resolved.child(key, .leaf(value.map(kind.encode) ?? "null"))
    return value
  }

  /// A default that its own key would refuse is a defect of the program.
  private func checked<Value>(_ fallback: Value, _ kind: ValueKind<Value>, _ key: String) throws -> Value {
    let written = kind.encode(fallback)
    guard let node = try YAMLReader.read(written, name: key), let value = try? kind.decode(node) else {
      throw Failure(.bug, "\(referenceKeyPath(key)): expected \(kind.expected), but the default is \(written)")
    }
    return value
  }

  private func decode<Value>(
    _ node: ConfigurationNode, _ kind: ValueKind<Value>, _ key: String, _ meaning: String
  ) throws -> Value {
    do throws(Mismatch) {
      return try kind.decode(node)
    } catch {
      throw Failure(
        .usage,
        "\(keyPath(key))\(error.position): expected \(error.expectedItem ?? kind.expected), found \(error.found.summary)",
        at: error.found.location, remedy: error.hint ?? hint(key, kind, error.found) ?? "`\(key)` is: \(meaning)")
    }
  }

  /// How to write what seems to be meant.
  private func hint<Value>(_ key: String, _ kind: ValueKind<Value>, _ found: ConfigurationNode) -> String? {
    guard case .scalar(let text, _) = found.content else { return nil }
    if kind.expected.hasPrefix("list") { return "a list is written with brackets: \(key)=[\(text)]" }
    if keyPath(key) == "seed", text.contains(",") { return "several seeds for training are pipeline.seeds=[\(text)]" }
    return nil
  }

  private func describe<Value>(
    _ key: String, _ kind: ValueKind<Value>, fallback: String?, isOptional: Bool, _ meaning: String, _ unit: String?
  ) {
    context.describe(
      ConfigurationKey(
        path: referenceKeyPath(key), type: kind.name, range: kind.range, fallback: fallback,
        isOptional: isOptional, unit: unit, meaning: meaning, conditions: joinedConditions))
  }
}
