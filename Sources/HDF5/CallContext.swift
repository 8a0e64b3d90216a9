import CHDF5
import Foundation

/// Where a library call is made: the operation, the file and the object, for the error it may end in.
struct CallContext {
  var operation: String
  var file: String?
  var object: String?
  /// What a failure without a more telling error stack means here.
  var fallback: HDF5Error.Kind = .library

  func failure(_ kind: HDF5Error.Kind, expected: String? = nil, found: String? = nil, stack: String = "") -> HDF5Error {
    HDF5Error(kind, operation: operation, file: file, object: object, expected: expected, found: found, stack: stack)
  }

  /// Passes on a status or identifier of the library; a negative one becomes an error with the library's error stack.
  @discardableResult
  func check<Status: SignedInteger>(_ status: Status) throws -> Status {
    guard status < 0 else { return status }
    let stack = ErrorStack.current()
    let kind = stack.kind ?? fallback
    let found = stack.missingFilter.map { "the filter `\($0)`" } ?? stack.systemError.map { String(cString: strerror($0)) }
    throw failure(kind, found: found, stack: stack.text)
  }

  /// Passes on the number of elements of a shape, or a length, that the file claims.
  func size(_ value: hsize_t) throws -> Int {
    guard let size = Int(exactly: value) else {
      throw failure(.corrupt, expected: "a length below 2^63", found: "\(value)")
    }
    return size
  }

  /// The number of elements of `shape`. Negative lengths and products beyond 2^63 are errors.
  func elementCount(_ shape: [Int]) throws -> Int {
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow, length >= 0 else { throw failure(.shapeMismatch, found: "shape \(shape)") }
      count = product
    }
    return count
  }

  /// The number of elements of `shape`, if values of `elementSize` bytes fit into this machine's memory.
  func elementCount(_ shape: [Int], elementSize: Int) throws -> Int {
    let count = try elementCount(shape)
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    guard count <= memory / max(1, elementSize) else {
      throw failure(
        .shapeMismatch, expected: "at most \(memory) bytes at once", found: "\(count) values of \(elementSize) bytes")
    }
    return count
  }
}

/// The library's stack of errors after a failed call, read before the next call clears it.
private final class ErrorStack {
  var lines: [String] = []
  var systemError: Int32?
  var kind: HDF5Error.Kind?
  /// The name of a filter that is not there.
  var missingFilter: String?
  private var isAboutLock = false

  /// Outermost entries first; a deep stack is cut in its middle, since the ends say what was asked and what failed.
  var text: String {
    let limit = 8
    guard lines.count > limit else { return lines.joined(separator: "\n") }
    return (lines.prefix(limit - 2) + ["..."] + lines.suffix(2)).joined(separator: "\n")
  }

  static func current() -> ErrorStack {
    let stack = ErrorStack()
    let visit: H5E_walk2_t = { _, entry, context in
      guard let entry = entry?.pointee, let context else { return 0 }
      let description = entry.desc.map { String(cString: $0) } ?? ""
      let function = entry.func_name.map { String(cString: $0) } ?? "?"
      Unmanaged<ErrorStack>.fromOpaque(context).takeUnretainedValue()
        .add(description: description, function: function, minor: entry.min_num)
      return 0
    }
    _ = H5Ewalk2(chdf5_default_error_stack(), H5E_WALK_DOWNWARD, visit, Unmanaged.passUnretained(stack).toOpaque())
    if let systemError = stack.systemError { stack.kind = Self.kind(systemError: systemError) ?? stack.kind }
    if stack.isAboutLock, let problem = stack.systemError, [ENOSYS, EOPNOTSUPP, ENOLCK, EINVAL].contains(problem) {
      stack.kind = .noLocks
    }
    if stack.missingFilter != nil { stack.kind = .missingFilter }
    return stack
  }

  private func add(description: String, function: String, minor: hid_t) {
    lines.append(description.split(whereSeparator: \.isNewline).joined(separator: " ") + " (\(function))")
    if systemError == nil, let range = description.range(of: "errno = ") {
      systemError = Int32(description[range.upperBound...].prefix { $0.isNumber })
    }
    if let name = description.firstMatch(of: /required filter '([^']*)' is not registered/)?.1 { missingFilter = String(name) }
    if description.contains("lock") { isAboutLock = true }
    if minor == chdf5_error_not_hdf5() { kind = kind ?? .notHDF5 }
    if minor == chdf5_error_truncated() { kind = .truncated }
    // Some of these have no code of their own.
    let damage = [
      "checksum", "Fletcher32", "filter returned failure", "signature", "bad object header", "version number",
    ]
    if kind == nil, damage.contains(where: { description.contains($0) }) { kind = .corrupt }
  }

  private static func kind(systemError: Int32) -> HDF5Error.Kind? {
    switch systemError {
    case ENOSPC, EDQUOT, EFBIG: .noSpace
    case EIO, ESTALE, ENXIO, EBADF: .io
    case ENOENT: .notFound
    // Another process holds the lock that it takes for writing.
    case EACCES, EPERM, EAGAIN: .cannotOpen
    default: nil
    }
  }
}
