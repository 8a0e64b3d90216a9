import CHDF5
import Foundation

/// An HDF5 file, which is also its root group.
///
/// Files are written in the format of HDF5 1.10, without time stamps and without the order of creation: the same calls
/// give the same bytes. The older format of 1.8 has no checksum on the index of chunks, where one flipped bit can
/// switch the checksum of a chunk off.
///
///     let file = try File.create("curves.h5")
///     let iteration = try file.write("iteration", [Int64(0), 1, 2])
///     try iteration.makeScale(name: "iteration")
///     let error = try file.write("model/error", [0.5, 0.2, 0.1])     // makes the group, chunks, deflate and checksum
///     try error.setAttribute("units", "1")
///     try error.attachScale(iteration, axis: 0)
///     try file.close()
///     let tail: [Double] = try File.open("curves.h5").dataset("model/error").read(rows: 1..<3)     // [0.2, 0.1]
public final class File: Group, @unchecked Sendable {
  /// What an opened file may be used for.
  public enum Access: Sendable { case readOnly, readWrite }

  /// Creates a file. Throws `.cannotCreate` if the name is taken, unless it is to be replaced.
  public static func create(_ path: String, replacing: Bool = false) throws -> File {
    try create(path, replacing: replacing, reportedAs: path)
  }

  /// - Parameter reportedAs: the name of the file in errors.
  static func create(_ path: String, replacing: Bool = false, reportedAs name: String) throws -> File {
    let call = CallContext(operation: "create file", file: name, fallback: .cannotCreate)
    return try Library.locked {
      if !replacing, FileManager.default.fileExists(atPath: path) {
        throw call.failure(.cannotCreate, expected: "a new name", found: "an existing file")
      }
      let creation = try call.check(H5Pcreate(chdf5_file_create_class()))
      defer { H5Pclose(creation) }
      try call.check(H5Pset_obj_track_times(creation, false))
      let access = try accessProperties(call)
      defer { H5Pclose(access) }
      let mode = replacing ? chdf5_truncate() : chdf5_exclusive()
      do {
        return try File(
          raw: try call.check(H5Fcreate(path, mode, creation, access)), path: name, isWritable: true, call)
      } catch let error as HDF5Error where error.kind == .noLocks {
        let unlocked = try accessProperties(call, locking: false)
        defer { H5Pclose(unlocked) }
        // The failed attempt may have made the file.
        return try File(
          raw: try call.check(H5Fcreate(path, chdf5_truncate(), creation, unlocked)), path: name, isWritable: true, call)
      } catch var error as HDF5Error {
        if ![.noSpace, .io].contains(error.kind) { error.kind = .cannotCreate }
        throw error
      }
    }
  }

  /// Opens an existing file.
  public static func open(_ path: String, _ mode: Access = .readOnly) throws -> File {
    try open(path, mode, reportedAs: path)
  }

  static func open(_ path: String, _ mode: Access = .readOnly, reportedAs name: String) throws -> File {
    let call = CallContext(operation: "open file", file: name, fallback: .corrupt)
    return try Library.locked {
      try checkIsFile(path, call)
      let access = try accessProperties(call)
      defer { H5Pclose(access) }
      guard H5Fis_hdf5(path) > 0 else {
        throw call.failure(.notHDF5, expected: "an HDF5 signature", found: try contentOfForeignFile(path))
      }
      if let damage = GlobalHeapCheck.damage(in: path) { throw call.failure(.corrupt, found: damage) }
      let flags = mode == .readOnly ? chdf5_read_only() : chdf5_read_write()
      let raw: hid_t
      do { raw = try retryingWhileLocked { try call.check(H5Fopen(path, flags, access)) } } catch let error as HDF5Error
        where error.kind == .noLocks
      {
        // Where the file system has no locks nobody can hold one.
        let unlocked = try accessProperties(call, locking: false)
        defer { H5Pclose(unlocked) }
        raw = try call.check(H5Fopen(path, flags, unlocked))
      }
      return try File(raw: raw, path: name, isWritable: mode == .readWrite, call)
    }
  }

  /// A file that this process has just closed stays locked for moments where a process is being started meanwhile: the child
  /// shares the lock until it has become another program.
  private static func retryingWhileLocked(_ open: () throws -> hid_t) throws -> hid_t {
    for _ in 0..<50 {
      do { return try open() } catch let error as HDF5Error where error.stack.contains("unable to lock file") {
        usleep(4000)
      }
    }
    return try open()
  }

  private init(raw: hid_t, path: String, isWritable: Bool, _ call: CallContext) throws {
    let session = Session(path: path, file: raw, isWritable: isWritable)
    let root = try call.check(H5Gopen2(raw, "/", chdf5_default_properties()))
    super.init(identifier: Identifier(root, in: session), path: "/")
  }

  /// Writes everything that is still in memory to the file.
  public func flush() throws { try session.flush() }

  /// Closes the file and every object of it. Throws if anything could not be written, now or before.
  public func close() throws { try session.close() }

  /// False after `close()`; then every use of the file's objects throws `.closed`.
  public var isOpen: Bool { Library.locked { session.isOpen } }

  private static func accessProperties(_ call: CallContext, locking: Bool = true) throws -> hid_t {
    let access = try call.check(H5Pcreate(chdf5_file_access_class()))
    do {
      try call.check(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110))
      try call.check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG))
      // Room for several automatic chunks per dataset; a chunk that does not fit is unpacked anew on every read.
      try call.check(H5Pset_cache(access, 0, 1009, 8 << 20, 0.75))
      try call.check(chdf5_keep_metadata(access))
      try call.check(chdf5_lock_if_possible(access, locking ? 1 : 0))
      return access
    } catch {
      H5Pclose(access)
      throw error
    }
  }

  private static func checkIsFile(_ path: String, _ call: CallContext) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw call.failure(.notFound) }
    if isFolder.boolValue { throw call.failure(.cannotOpen, expected: "a file", found: "a folder") }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw call.failure(.cannotOpen, expected: "permission to read", found: "none")
    }
  }

  private static func contentOfForeignFile(_ path: String) throws -> String {
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    return size == 0 ? "an empty file" : "\(size) bytes of something else"
  }
}
