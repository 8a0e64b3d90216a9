import Foundation

/// One writer for each output: a lock that the kernel takes back when its process ends, however it ends, so that it is
/// never stale.
///
/// The lock is `flock` on `<output>.lock`, beside the output. The file says who holds it; its mere presence means
/// nothing.
public final class OutputLock: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Takes the lock of an output file.
  ///
  /// - Throws: `.cannotCreate` if another process holds it, if the folder of the output is missing or not writable, or
  ///   if a folder has the name of the output: it is better to know before hours of work than after.
  public init(for output: String) throws {
    var isFolder: ObjCBool = false
    if output.isEmpty || (FileManager.default.fileExists(atPath: output, isDirectory: &isFolder) && isFolder.boolValue) {
      throw Failure(
        .cannotCreate,
        "cannot create the output: expected the name of a file, found \(output.isEmpty ? "none" : "a folder")",
        at: output.isEmpty ? "--out" : output,
        remedy: "name a file, for example \(output.isEmpty ? "." : output)/result.h5")
    }
    let path = output + ".lock"
    let folder = (output as NSString).deletingLastPathComponent
    while true {
      let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else {
        throw Failure(
          .cannotCreate, "cannot create the output: \(String(cString: strerror(errno)))", at: output,
          remedy: "check that the folder \(folder.isEmpty ? "." : folder) exists and that you may write there")
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let problem = errno
        let holder =
          (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        close(descriptor)
        guard problem == EWOULDBLOCK else {
          throw Failure(.cannotCreate, "cannot lock the output: \(String(cString: strerror(problem)))", at: path)
        }
        throw Failure(
          .cannotCreate, "another process is writing this output\(holder.isEmpty ? "" : ": \(holder)")", at: output,
          remedy: "wait for it, or end it; two writers would spoil the result")
      }
      // The holder before us may have deleted the file between our open and our lock: then this lock guards nothing.
      guard Self.isStillNamed(path, descriptor) else {
        close(descriptor)
        continue
      }
      let holder = Array(
        "process \(getpid()) on \(Provenance.hostName()) since \(Date().ISO8601Format())\n".utf8)
      ftruncate(descriptor, 0)
      _ = holder.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      (self.path, self.descriptor) = (path, descriptor)
      return
    }
  }

  deinit {
    unlink(path)  // Before the lock is given back, so that no one deletes a file that another one has locked.
    close(descriptor)
  }

  private static func isStillNamed(_ path: String, _ descriptor: Int32) -> Bool {
    var opened = stat()
    var named = stat()
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
      && opened.st_dev == named.st_dev
  }
}
