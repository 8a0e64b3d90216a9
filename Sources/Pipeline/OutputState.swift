import Foundation
import HDF5
import Records
import Support

/// The output of a task as it was when the task ended.
public struct OutputState: Codable, Equatable, Sendable {
  /// SHA-256 of what the output says.
  public var contentHash: String
  /// Names, sizes and modification times. While they are the same, the content need not be read again.
  public var signature: String
}

/// How complete outputs are told from missing, unfinished and damaged ones.
public protocol OutputInspector: Sendable {
  /// The hash that an output states about itself, quickly.
  ///
  /// - Throws: `Failure` if the output is missing or unfinished.
  func statedHash(of task: PipelineTask) throws -> String
  /// The hash of everything that is really in the output.
  ///
  /// - Throws: `Failure` if the output is missing, unfinished or damaged.
  func verifiedHash(of task: PipelineTask) throws -> String
}

/// Reports are hashed byte by byte; all other outputs are HDF5 files, which state the hash of their content.
public struct StandardInspector: OutputInspector {
  public init() {}

  public func statedHash(of task: PipelineTask) throws -> String {
    if task.stage.writesFolder { return try hashOfFolder(task) }
    let file = try File.open(task.output)
    guard let hash = try FileHeader(of: file).contentHash else {
      throw Failure(.badData, "the attribute content_sha256 is missing", at: task.output)
    }
    return hash
  }

  public func verifiedHash(of task: PipelineTask) throws -> String {
    if task.stage.writesFolder { return try hashOfFolder(task) }
    let stated = try statedHash(of: task)
    let found = try ContentHash.of(try File.open(task.output))
    guard found == stated else {
      throw Failure(
        .badData, "expected the content to have the hash \(stated), as the file says, found \(found)", at: task.output)
    }
    return found
  }

  private func hashOfFolder(_ task: PipelineTask) throws -> String {
    guard FileManager.default.fileExists(atPath: task.result) else {
      throw Failure(.missingInput, "there is no such file", at: task.result)
    }
    return try hashOfBytes(task.output)
  }
}

/// SHA-256 of the names and bytes of a file, or of all files below a folder.
func hashOfBytes(_ path: String) throws -> String { try FileTree(at: path).contentHash() }

/// Names, sizes and modification times of a file, or of all files below a folder; nil if there is nothing.
func signature(of path: String) -> String? {
  guard let tree = try? FileTree(at: path), !tree.isEmpty else { return nil }
  return tree.signature()
}
