import HDF5
import Support

/// What the errors of libhdf5 mean for the person who ran the command.
extension HDF5Error: FailureConvertible {
  /// The same with its exit code, and what to do about it.
  public var failure: Failure {
    let (status, remedy): (ExitStatus, String) =
      switch kind {
      case .notFound: (.missingInput, "check the path")
      case .cannotOpen: (.missingInput, "check that it is a file, that you may read it, and that no one is writing it")
      case .cannotCreate: (.cannotCreate, "check that the folder exists and that you may write there")
      case .notHDF5: (.badData, "name a file that one of the stages wrote")
      case .truncated: (.badData, "copy the file again, or run the stage that wrote it again")
      case .corrupt:
        (
          .badData,
          "the file was changed after it was written: copy it again, or run the stage that wrote it again"
            + (stack.split(separator: "\n").last.map { "\n  (libhdf5: \($0))" } ?? "")
        )
      case .missingFilter:
        (
          .badData,
          "nothing is wrong with the file: write it again with gzip, which every HDF5 has (h5py: compression=\"gzip\"; or, where the "
            + "filter is installed: h5repack -f GZIP=4 IN.h5 OUT.h5)"
        )
      case .noLocks:
        (.missingInput, "nothing is wrong with the file: set HDF5_USE_FILE_LOCKING=FALSE, and let no one write it meanwhile")
      case .missingObject, .objectExists, .typeMismatch, .shapeMismatch:
        (.badData, "compare the file with data/FORMAT.md, or run `implicit-inspect validate` on it")
      case .noSpace: (.io, "free some space, or choose another --out; the unfinished output was removed")
      case .io: (.io, "check the disk, or choose another --out")
      case .closed, .invalidValue: (.bug, Failure.bugReport)
      case .library: (.io, "this is what libhdf5 says: \(stack)")
      }
    return Failure(status, problem, at: location, remedy: remedy)
  }
}

extension Failure {
  /// Runs `body`; an `HDF5Error` comes out as a `Failure`.
  public static func mapping<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as HDF5Error { throw error.failure }
  }
}
