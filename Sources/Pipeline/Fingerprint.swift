import Foundation
import Records
import Support

/// Everything the result of a task depends on: two tasks with the same fingerprint have the same result.
public struct Fingerprint: Codable, Equatable, Sendable {
  public var stage: Stage
  /// The version of the tools and of the file format.
  public var tool: String
  /// By key path.
  public var settings: [String: String]
  /// The content hashes of the inputs, by their path inside the run; those of external files by the key that names them.
  public var inputs: [String: String]

  /// The fingerprint that a task has with these inputs.
  ///
  /// - Parameter hashes: the content hash of each input and each external file, by its path.
  init(_ task: PipelineTask, hashes: [String: String]) {
    stage = task.stage
    tool = Self.currentTool
    settings = task.settings
    inputs = Dictionary(
      task.inputs.map { (task.pathInRun($0.path), hashes[$0.path] ?? "") }
        + task.externalFiles.map { ($0.key, hashes[$0.path] ?? "") }, uniquingKeysWith: { first, _ in first })
  }

  /// A change of either makes everything again: files of two versions must not be mixed in one report.
  static let currentTool = "implicit-models \(implicitModelsVersion), format \(FormatVersion.current)"

  /// SHA-256 of the above, as hexadecimal digits.
  public var digest: String {
    // Text and dictionaries of text: encoding them cannot fail.
    SHA256.hash((try? JSONText.compact(self)) ?? Data())
  }

  /// What is different from an earlier fingerprint, in words; empty if nothing is.
  func changes(since earlier: Fingerprint) -> [Change] {
    var changes: [Change] = []
    if tool != earlier.tool { changes.append(.tool(before: earlier.tool, now: tool)) }
    for key in Set(settings.keys).union(earlier.settings.keys).sorted() where settings[key] != earlier.settings[key] {
      changes.append(.setting(key, before: earlier.settings[key], now: settings[key]))
    }
    for path in Set(inputs.keys).union(earlier.inputs.keys).sorted() where inputs[path] != earlier.inputs[path] {
      changes.append(.input(path))
    }
    if stage != earlier.stage { changes.append(.setting("stage", before: "\(earlier.stage)", now: "\(stage)")) }
    return changes
  }

  public enum Change: Equatable, Sendable, CustomStringConvertible {
    case tool(before: String, now: String)
    case setting(String, before: String?, now: String?)
    case input(String)

    public var description: String {
      switch self {
      case .tool(let before, let now): "tool: \(before) -> \(now)"
      case .setting(let key, let before, let now): "\(key): \(before ?? "not set") -> \(now ?? "not set")"
      case .input(let path): "input \(path)"
      }
    }
  }
}
