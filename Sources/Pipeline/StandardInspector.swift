import Foundation
import HDF5
import Records
import Support

/// Reports are hashed byte by byte; all other outputs are HDF5 files, which state the hash of their content.
public struct StandardInspector: OutputInspector {
  public init() {}

  /// The hash that the attributes of the output state.
  public func statedHash(of task: PipelineTask) throws -> String {
    if task.stage.writesFolder { return try hashOfFolder(task) }
    let file = try File.open(task.output)
    guard let hash = try FileHeader(of: file).contentHash else {
      throw Failure(.badData, "the attribute content_sha256 is missing", at: task.output)
    }
    return hash
  }

  /// The hash of the content that is read again; an error where the output states another.
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
