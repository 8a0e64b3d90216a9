import Foundation

/// A folder that is removed with all it holds when the last of those who hold it is done.
public final class ScratchFolder: Sendable {
  /// Where it is.
  public let path: String

  /// Creates it.
  public init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The path of a file in it, in folders that are made.
  public func fileInFolders(_ name: String) throws -> String {
    let file = file(name)
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    return file
  }

  /// What is in it, in the order of the alphabet.
  public var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}
