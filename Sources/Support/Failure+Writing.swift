import Foundation

extension Failure {
  /// A file or folder that could not be written, in the words of the operating system.
  ///
  /// The status is `.io` where the disk, the quota or a limit of size is the reason, or the device itself; otherwise
  /// `.cannotCreate`.
  ///
  /// - Parameters:
  ///   - action: what was tried, for example `create the folder`.
  ///   - error: what Foundation threw.
  public init(cannot action: String, at path: String, _ error: any Error) {
    let code = (error as? POSIXError ?? (error as? CocoaError)?.underlying as? POSIXError)?.code
    let problem = "cannot \(action): \(code.map { String(cString: strerror($0.rawValue)) } ?? error.localizedDescription)"
    switch code {
    case .ENOSPC, .EDQUOT, .EFBIG:
      self.init(.io, problem, at: path, remedy: "free some space, or choose another place for the output")
    case .EIO: self.init(.io, problem, at: path, remedy: "check the disk, or choose another place for the output")
    default:
      self.init(
        .cannotCreate, problem, at: path,
        remedy: "check that the folder exists and that you may write there, or choose another place for the output")
    }
  }
}

/// Writes a file under a temporary name and renames it; a link stays one.
package func writeAtomically(_ data: Data, to path: String) throws {
  let target = try OutputPath.resolved(path)
  do {
    try data.write(to: URL(fileURLWithPath: target), options: .atomic)
  } catch {
    throw Failure(cannot: "write this file", at: path, error)
  }
}

/// Writes text to a file under a temporary name and renames it.
package func writeAtomically(_ text: String, to file: URL) throws { try writeAtomically(Data(text.utf8), to: file.path) }
