import Foundation
import Support

/// The output of a task as it was when the task ended.
public struct OutputState: Codable, Equatable, Sendable {
  /// SHA-256 of what the output says.
  public var contentHash: String
  /// Names, sizes and modification times. While they are the same, the content need not be read again.
  public var signature: String
}

/// SHA-256 of the names and bytes of a file, or of all files below a folder.
func hashOfBytes(_ path: String) throws -> String { try FileTree(at: path).contentHash() }

/// Names, sizes and modification times of a file, or of all files below a folder; nil if there is nothing.
func signature(of path: String) -> String? {
  guard let tree = try? FileTree(at: path), !tree.isEmpty else { return nil }
  return tree.signature()
}
