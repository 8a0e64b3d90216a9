import HDF5

extension Failure {
  /// What a failed operation on an HDF5 file means to the person who ran the command.
  public init(_ error: HDF5Error, remedy: String? = nil) {
    let (status, usualRemedy): (ExitStatus, String?) =
      switch error.kind {
      case .notFound: (.missingInput, "check the path, or make the file first")
      case .cannotOpen: (.missingInput, "check the path and the permissions")
      case .cannotCreate: (.cannotCreate, "choose a folder that exists and can be written to")
      case .notHDF5: (.badData, "give a file in the format of data/FORMAT.md")
      case .truncated, .corrupt: (.badData, "make the file again, or fetch a whole copy of it")
      case .missingObject, .typeMismatch, .shapeMismatch: (.badData, "data/FORMAT.md describes the file")
      case .noSpace: (.io, "free some space, then run the command again; no partial file was left")
      case .io, .library: (.io, "run the command again; if it fails again, the device or file system needs a look")
      case .objectExists, .closed, .invalidValue: (.bug, nil)
      }
    let detail = error.stack.split(separator: "\n").last.map { " (libhdf5: \($0))" } ?? ""
    self.init(status, error.problem + detail, at: error.place, remedy: remedy ?? usualRemedy)
  }

  /// Runs `body`; an `HDF5Error` comes out as a `Failure`.
  public static func mapping<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as HDF5Error { throw Failure(error) }
  }
}
