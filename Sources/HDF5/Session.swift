import CHDF5

/// One open file: owns the library's file identifier and closes it, at the latest when nobody holds the file, or any
/// object of it, any more.
///
/// A dataset whose chunks cannot be written is destroyed half-way by the library when it is closed, and the next touch
/// of it, by closing the file, crashes. So everything is flushed before it is closed, and once a write has failed the
/// library is not asked to close anything of this file again: its memory stays allocated, the error is reported.
final class Session: @unchecked Sendable {
  let path: String
  let file: hid_t
  let isWritable: Bool
  private(set) var isOpen = true
  /// The first failure of a write or flush to the device.
  private(set) var writeFailure: HDF5Error?

  init(path: String, file: hid_t, isWritable: Bool) {
    self.path = path
    self.file = file
    self.isWritable = isWritable
  }

  deinit { try? close() }

  func requireOpen(_ call: CallContext) throws {
    if !isOpen { throw call.failure(.closed) }
  }

  /// Runs a call that may write to the device, and remembers its failure.
  @discardableResult
  func writing<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as HDF5Error {
      if [.noSpace, .io].contains(error.kind), writeFailure == nil { writeFailure = error }
      throw error
    }
  }

  func flush() throws {
    try Library.locked {
      let call = CallContext(operation: "flush file", file: path, fallback: .io)
      try requireOpen(call)
      if let writeFailure { throw writeFailure }
      try writing { try call.check(H5Fflush(file, H5F_SCOPE_GLOBAL)) }
    }
  }

  /// Closes every object of the file and the file itself. Throws the first failure of any write to it.
  func close() throws {
    try Library.locked {
      guard isOpen else { return }
      defer { isOpen = false }
      if isWritable { try flush() }
      let call = CallContext(operation: "close file", file: path, fallback: .io)
      try writing { try call.check(H5Fclose(file)) }
    }
  }

  /// Number of open groups, datasets, types and attributes of the file.
  var openObjectCount: Int { max(0, H5Fget_obj_count(file, chdf5_objects_of_this_file())) }
}

/// Owns the identifier of one object of an open file.
final class Identifier: @unchecked Sendable {
  let session: Session
  private let raw: hid_t
  private var isOpen = true

  init(_ raw: hid_t, in session: Session) {
    self.raw = raw
    self.session = session
  }

  deinit { try? close(CallContext(operation: "close object", file: session.path, fallback: .io)) }

  /// The library's identifier. The caller holds this object, and the lock, as long as it uses it.
  func value(_ call: CallContext) throws -> hid_t {
    try session.requireOpen(call)
    if !isOpen { throw call.failure(.closed) }
    return raw
  }

  /// Closes the object now, after writing what it still holds in its caches. Closing again does nothing.
  func close(_ call: CallContext) throws {
    try Library.locked {
      guard isOpen, session.isOpen else { return }
      isOpen = false
      if let failure = session.writeFailure { throw failure }
      if session.isWritable, H5Iget_type(raw) == H5I_DATASET {
        try session.writing { try call.check(H5Dflush(raw)) }
      }
      try session.writing { try call.check(H5Idec_ref(raw)) }
    }
  }
}
