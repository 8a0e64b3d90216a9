import CHDF5
import Foundation

/// The process-wide state of libhdf5.
///
/// The library as Debian ships it may not be entered by two threads at once (its high-level part never may), so every
/// call of this module runs inside one recursive lock. Recursive, because the last reference to a dataset may go away,
/// and close it, inside another call.
public enum Library {
  private static let lock = NSRecursiveLock()

  /// Done once: no handler at exit, which would try again (and may loop) to flush a file that could not be written.
  /// Files are closed by their owners; what was never closed was never finished.
  private static let started: Bool = {
    H5dont_atexit()
    return H5open() >= 0
  }()

  /// Runs `body` as the only user of libhdf5.
  static func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    _ = started
    // The stack of errors, and whether it is printed, belong to the thread in thread-safe builds of the library.
    H5Eset_auto2(chdf5_default_error_stack(), nil, nil)
    return try body()
  }

  /// Version of the linked libhdf5, for example "1.10.8".
  public static let version: String = locked {
    var major: UInt32 = 0
    var minor: UInt32 = 0
    var release: UInt32 = 0
    H5get_libversion(&major, &minor, &release)
    return "\(major).\(minor).\(release)"
  }

  /// Number of files, groups, datasets, types and attributes that are open in this process. Tests expect 0 at the end.
  public static var openObjectCount: Int {
    locked { Int(H5Fget_obj_count(chdf5_every_file(), chdf5_every_object())) }
  }
}
