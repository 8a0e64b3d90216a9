import CHDF5
import Foundation

/// A new file that appears under its final name whole or not at all.
///
/// The content goes into `.NAME.tmp-PID-HOST-RANDOM` in the same folder. `finish` flushes and closes it, opens it again
/// for the caller to validate, syncs it to the device and renames it over the final name. Until then a file of that
/// name, if there is one, stays as it was. After an error, and when this object goes away unfinished, the temporary
/// file is removed; what a killed writer left is removed by the next writer of the same name on the same host.
public final class AtomicFile: @unchecked Sendable {
  /// The file to write into.
  public let file: File
  /// The name the file is going to have, as it was given.
  public let path: String
  /// The same, links followed.
  private let target: String
  private let temporary: String
  private var isDone = false

  /// Creates the temporary file. Where the path is a link, it stays one, and the file that it names is replaced.
  ///
  /// - Throws: `.cannotCreate` if the folder is missing or not writable, or if there is something else than a file of that name.
  public init(creating path: String) throws {
    let call = CallContext(operation: "create file", file: path, fallback: .cannotCreate)
    target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let names = TemporaryName(of: target)
    try Self.checkTarget(target, folder: names.folder, call)
    self.path = path
    let temporary = names.fresh()
    self.temporary = temporary
    file = try Library.locked {
      TemporaryName.live.insert(temporary)
      names.removeLeftovers()
      do { return try File.create(temporary, reportedAs: path) } catch {
        unlink(temporary)
        TemporaryName.live.remove(temporary)
        throw error
      }
    }
  }

  deinit { cancel() }

  /// Completes the file: flush, close, validate, sync, rename. After an error nothing of it is left.
  ///
  /// - Parameter validate: gets the file opened anew for reading; throws if the content is not as it should be.
  public func finish(validate: (File) throws -> Void = { _ in }) throws {
    guard !isDone else { throw CallContext(operation: "finish file", file: path).failure(.closed) }
    do {
      try file.flush()
      try file.close()
      let written = try File.open(temporary, reportedAs: path)
      try validate(written)
      try written.close()
      try sync(temporary, O_RDONLY)
      guard rename(temporary, target) == 0 else { throw Self.systemFailure("rename the finished file", path) }
    } catch {
      cancel()
      throw error
    }
    isDone = true
    _ = Library.locked { TemporaryName.live.remove(temporary) }
    try sync(TemporaryName(of: target).folder, O_RDONLY | O_DIRECTORY)
  }

  /// Gives up: closes and removes the temporary file. Does nothing after `finish`.
  public func cancel() {
    guard !isDone else { return }
    isDone = true
    try? file.close()
    // After a failed write the library keeps the file open; emptied, it gives its space back all the same.
    truncate(temporary, 0)
    unlink(temporary)
    _ = Library.locked { TemporaryName.live.remove(temporary) }
  }

  /// Removes what writers of this name left that were killed, for when no next writer comes to do it.
  public static func removeLeftovers(of path: String) {
    Library.locked { TemporaryName(of: path).removeLeftovers() }
  }

  private static func checkTarget(_ path: String, folder: String, _ call: CallContext) throws {
    var isFolder: ObjCBool = false
    if let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType, type != .typeRegular {
      let found = type == .typeDirectory ? "a folder of that name" : "a link to nothing, a pipe or a device of that name"
      throw call.failure(.cannotCreate, expected: "a file name", found: found)
    }
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw call.failure(.cannotCreate, expected: "the folder \(folder)", found: "no such folder")
    }
    guard access(folder, W_OK) == 0 else {
      throw call.failure(.cannotCreate, expected: "a writable folder", found: String(cString: strerror(errno)))
    }
  }

  private func sync(_ path: String, _ flags: Int32) throws {
    let descriptor = Foundation.open(path, flags)
    guard descriptor >= 0 else { throw Self.systemFailure("sync", path) }
    defer { Foundation.close(descriptor) }
    // Some file systems cannot sync a folder; they say so with EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw Self.systemFailure("sync", path) }
  }

  private static func systemFailure(_ operation: String, _ path: String) -> HDF5Error {
    let code = errno
    return CallContext(operation: operation, file: path).failure(
      code == ENOSPC || code == EDQUOT ? .noSpace : .io, found: String(cString: strerror(code)))
  }
}

/// The names under which a file is written before it is finished.
private struct TemporaryName {
  let folder: String
  let prefix: String

  /// Temporary files of this process that are still being written. Guarded by the library's lock.
  nonisolated(unsafe) static var live = Set<String>()

  init(of path: String) {
    let url = URL(fileURLWithPath: path)
    folder = url.deletingLastPathComponent().path
    prefix = ".\(url.lastPathComponent).tmp-"
  }

  /// Process numbers mean something on their own host only; shared file systems are seen from many.
  private static let host = ProcessInfo.processInfo.hostName.filter { $0.isLetter || $0.isNumber || $0 == "." }

  func fresh() -> String {
    let random = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    return "\(folder)/\(prefix)\(getpid())-\(Self.host)-\(random)"
  }

  func removeLeftovers() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(prefix) {
      let parts = name.dropFirst(prefix.count).split(separator: "-")
      let path = "\(folder)/\(name)"
      guard parts.count == 3, let process = Int32(parts[0]), parts[1] == Self.host, !Self.live.contains(path) else {
        continue
      }
      // The number of this process may have been another's before, as happens in containers.
      let isDead = process == getpid() || (kill(process, 0) != 0 && errno == ESRCH)
      if isDead { unlink(path) }
    }
  }
}
