import CHDF5

/// An operation on an HDF5 file that did not work: what, where, what was expected and what was found.
public struct HDF5Error: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong, for code that reacts to it.
  public enum Kind: String, Sendable {
    /// No file of that name.
    case notFound
    /// The file is there but cannot be opened: no permission, a folder, locked by a writer.
    case cannotOpen
    /// The file cannot be created: missing or unwritable folder, name taken.
    case cannotCreate
    /// The file is no HDF5 file.
    case notHDF5
    /// The file ends before its content does.
    case truncated
    /// The content is damaged: a checksum or a filter failed, or the structure makes no sense.
    case corrupt
    /// The values were stored with a filter that this HDF5 library does not have; nothing is wrong with the file.
    case missingFilter
    /// The file system refuses the lock that the library takes; nothing is wrong with the file.
    case noLocks
    /// A group, dataset, attribute or source file that is not there.
    case missingObject
    /// An object of that name is there already, or has another kind.
    case objectExists
    /// The element type of the file does not fit the type asked for.
    case typeMismatch
    /// The shape of the file does not fit the values, or a selection lies outside.
    case shapeMismatch
    /// The disk, or the quota, is full.
    case noSpace
    /// Reading from or writing to the device failed.
    case io
    /// The file was closed before.
    case closed
    /// A value that HDF5 cannot hold, for example a string with a NUL inside.
    case invalidValue
    /// Any other failure of the library; see `stack`.
    case library
  }

  /// What went wrong.
  public var kind: Kind
  /// What was tried, for example "read dataset".
  public var operation: String
  /// Path of the file, if one is involved.
  public var file: String?
  /// Path of the object inside the file, `/train/c` or, for an attribute, `/train/c@units`.
  public var object: String?
  /// What would have been right; nil where that goes without saying.
  public var expected: String?
  /// What was there instead, in the words of the file or of the system.
  public var found: String?
  /// The error stack of libhdf5, outermost first, one line per entry; empty where this module found the error itself.
  public var stack: String

  /// An error of these parts; `stack` is the library's own account.
  public init(
    _ kind: Kind, operation: String, file: String? = nil, object: String? = nil, expected: String? = nil,
    found: String? = nil, stack: String = ""
  ) {
    self.kind = kind
    self.operation = operation
    self.file = file
    self.object = object
    self.expected = expected
    self.found = found
    self.stack = stack
  }

  /// `file:/object`, as far as they are known.
  public var location: String? {
    switch (file, object) {
    case (let file?, let object?): "\(file):\(object)"
    case (let file?, nil): file
    case (nil, let object): object
    }
  }

  /// What is wrong in one sentence, without the place and without the stack of the library.
  public var problem: String {
    var sentence = "cannot \(operation): \(kind.meaning)"
    if let expected { sentence += "; expected \(expected)" }
    if let found { sentence += "\(expected == nil ? ";" : ",") found \(found)" }
    return sentence
  }

  /// All of it, in one line and the library's stack.
  public var description: String {
    var text = location.map { "\($0): \(problem)" } ?? problem
    if !stack.isEmpty { text += "\n  libhdf5: " + stack.replacing("\n", with: "\n           ") }
    return text
  }
}

extension HDF5Error.Kind {
  var meaning: String {
    switch self {
    case .notFound: "no such file"
    case .cannotOpen: "the file cannot be opened"
    case .cannotCreate: "the file cannot be created"
    case .notHDF5: "not an HDF5 file"
    case .truncated: "the file is truncated"
    case .corrupt: "the file is damaged"
    case .missingFilter: "it is stored with a filter that this HDF5 library does not have"
    case .noLocks: "the file system has no locks"
    case .missingObject: "no such object"
    case .objectExists: "the name is taken"
    case .typeMismatch: "the element type does not fit"
    case .shapeMismatch: "the shape does not fit"
    case .noSpace: "no space left"
    case .io: "the device failed"
    case .closed: "the file is closed"
    case .invalidValue: "the value cannot be stored"
    case .library: "the HDF5 library failed"
    }
  }
}
