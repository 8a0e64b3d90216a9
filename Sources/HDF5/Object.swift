import CHDF5

/// What files, groups, datasets and attributes share: an owner of one identifier of the library, and a path.
///
/// An object keeps its file open. After `File.close()` every use of it throws `.closed`. All calls may be made from
/// any thread.
public class Object: @unchecked Sendable {
  let identifier: Identifier
  /// Path inside the file, `/train/c`.
  public let path: String

  init(identifier: Identifier, path: String) {
    self.identifier = identifier
    self.path = path
  }

  var session: Session { identifier.session }

  /// Path of the file on disk.
  public var filePath: String { session.path }

  func call(_ operation: String, child: String? = nil, fallback: HDF5Error.Kind = .library) -> CallContext {
    CallContext(
      operation: operation, file: session.path, object: child.map { path.appending(component: $0) } ?? path,
      fallback: fallback)
  }

  /// Runs `body` as the only user of the library with this object's identifier.
  func use<Result>(_ call: CallContext, _ body: (hid_t) throws -> Result) throws -> Result {
    try Library.locked { try body(try identifier.value(call)) }
  }
}

extension String {
  /// This path inside a file, extended by `name`, which may have several components or start at the root.
  func appending(component name: String) -> String {
    if name.hasPrefix("/") { return name }
    return hasSuffix("/") ? self + name : self + "/" + name
  }
}
