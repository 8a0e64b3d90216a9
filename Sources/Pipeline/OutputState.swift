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
func hashOfBytes(_ path: String) throws -> String {
  let hasher = SHA256()
  for file in filesBelow(path) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path + file), options: .alwaysMapped)
    } catch {
      throw Failure(.badData, "cannot read this file: \(error.localizedDescription)", at: path + file)
    }
    hasher.update("\(file) \(data.count)\n")
    hasher.update(data)
  }
  return hasher.finalize()
}

/// Names, sizes and modification times of a file, or of all files below a folder; nil if there is nothing.
func signature(of path: String) -> String? {
  let lines = filesBelow(path).compactMap { file -> String? in
    var status = stat()
    guard stat(path + file, &status) == 0 else { return nil }
    return "\(file) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }
  return lines.isEmpty ? nil : SHA256.hash(lines.joined(separator: "\n"))
}

/// The files below a folder, each with a slash in front; for a file, one empty text; nothing if there is nothing.
private func filesBelow(_ path: String) -> [String] {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
  guard isFolder.boolValue else { return [""] }
  let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
  return names.map { "/\($0)" }.filter { name in
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path + name, isDirectory: &isFolder) && !isFolder.boolValue
  }.sorted()
}
