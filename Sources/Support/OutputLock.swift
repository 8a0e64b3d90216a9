import Foundation

/// One writer for each output: a lock that the kernel takes back when its process ends, however it ends, so that it is
/// never stale.
///
///     let lock = try OutputLock(for: "model.h5")
///     defer { withExtendedLifetime(lock) {} }
///
/// The lock is `flock` on `<output>.lock`, beside the output. The file says who holds it; its mere presence means
/// nothing.
public final class OutputLock: Sendable {
  /// What came of an attempt to take a lock.
  package enum Attempt {
    case taken(OutputLock)
    /// Another process holds it. In its own words: `process 17 on node3 since ...`; empty if it did not say.
    case held(by: String)
  }

  private let path: String
  private let descriptor: Int32

  private init(path: String, descriptor: Int32) { (self.path, self.descriptor) = (path, descriptor) }

  /// Takes the lock of an output file.
  ///
  /// - Throws: `.cannotCreate` if another process holds it, if the folder of the output is missing or not writable, or
  ///   if a folder has the name of the output: it is better to know before hours of work than after.
  public init(for output: String) throws {
    switch try Self.open(for: output) {
    case .mine(let path, let descriptor): (self.path, self.descriptor) = (path, descriptor)
    case .held(let holder):
      throw Failure(
        .cannotCreate, "another process is writing this output\(holder.isEmpty ? "" : ": \(holder)")", at: output,
        remedy: "wait for it, or end it; two writers would spoil the result")
    }
  }

  /// Takes the lock of an output file unless another process holds it.
  ///
  /// - Parameter patience: seconds to wait for the other process at most.
  /// - Throws: `.cannotCreate` for everything that the other process is not the reason of.
  package static func attempt(for output: String, patience: Double = 0) throws -> Attempt {
    let deadline = Date().addingTimeInterval(patience)
    while true {
      switch try open(for: output) {
      case .mine(let path, let descriptor): return .taken(OutputLock(path: path, descriptor: descriptor))
      case .held(let holder):
        guard Date() < deadline else { return .held(by: holder) }
        usleep(100_000)
      }
    }
  }

  private enum Opened {
    case mine(path: String, descriptor: Int32)
    case held(by: String)
  }

  private static func open(for output: String) throws -> Opened {
    guard !output.isEmpty else {
      throw Failure(
        .cannotCreate, "cannot create the output: expected the name of a file, found none", at: "--out",
        remedy: "name a file, for example ./result.h5")
    }
    // Whoever writes through a link writes the same file as who writes without.
    let output = try OutputPath.resolved(output)
    let path = output + ".lock"
    let folder = (output as NSString).deletingLastPathComponent
    while true {
      let descriptor = Foundation.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else {
        throw Failure(
          .cannotCreate, "cannot create the output: \(String(cString: strerror(errno)))", at: output,
          remedy: "check that the folder \(folder.isEmpty ? "." : folder) exists and that you may write there")
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        let problem = errno
        guard [ENOSYS, EOPNOTSUPP, ENOLCK].contains(problem) else {
          let holder =
            (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
          close(descriptor)
          guard problem == EWOULDBLOCK else {
            throw Failure(.cannotCreate, "cannot lock the output: \(String(cString: strerror(problem)))", at: path)
          }
          return .held(by: holder)
        }
        // Some parallel file systems are mounted without locks: the work goes on.
        Console.standardError.print(
          "\(output): this file system has no locks, so nothing keeps a second process from writing the file at the same time")
      }
      // The holder before us may have deleted the file between our open and our lock: then this lock guards nothing.
      guard isStillNamed(path, descriptor) else {
        close(descriptor)
        continue
      }
      let holder = Array(
        "process \(getpid()) on \(Provenance.hostName()) since \(Date().ISO8601Format())\n".utf8)
      ftruncate(descriptor, 0)
      _ = holder.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      return .mine(path: path, descriptor: descriptor)
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
