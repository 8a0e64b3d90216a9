import Equilibrium
import HDF5
import Torch

/// What the errors of the layers below Experiment mean for the person who ran the command.
extension ErrorMapping {
  static func failure(from error: HDF5Error) -> Failure {
    let (status, remedy): (ExitStatus, String) =
      switch error.kind {
      case .notFound: (.missingInput, "check the path")
      case .cannotOpen: (.missingInput, "check that it is a file, that you may read it, and that no one is writing it")
      case .cannotCreate: (.cannotCreate, "check that the folder exists and that you may write there")
      case .notHDF5: (.badData, "name a file that one of the stages wrote")
      case .truncated: (.badData, "copy the file again, or run the stage that wrote it again")
      case .corrupt:
        (.badData, "the file was changed after it was written: copy it again, or run the stage that wrote it again")
      case .missingObject, .objectExists, .typeMismatch, .shapeMismatch:
        (.badData, "compare the file with data/FORMAT.md, or run `implicit-inspect validate` on it")
      case .noSpace: (.io, "free some space, or choose another --out; the unfinished output was removed")
      case .io: (.io, "check the disk, or choose another --out")
      case .closed, .invalidValue: (.bug, bugReport)
      case .library: (.io, "this is what libhdf5 says: \(error.stack)")
      }
    return Failure(status, error.problem, at: error.place, remedy: remedy)
  }

  static func failure(from error: TorchError) -> Failure {
    switch error {
    case .outOfMemory:
      Failure(.io, error.description, remedy: "make the batch or the chunk smaller, or use a machine with more memory")
    case .device: Failure(.usage, error.description, remedy: "choose another --device")
    case .libtorch, .argument, .shape, .type: Failure(.bug, "this is a bug: \(error.description)", remedy: bugReport)
    }
  }

  static func failure(from error: EquilibriumError) -> Failure {
    switch error {
    case .invalidSetting: Failure(.usage, error.description)
    case .degenerateDirection: Failure(.badData, error.description)
    case .shapeMismatch, .countMismatch, .emptyState, .notDifferentiable:
      Failure(.bug, "this is a bug: \(error.description)", remedy: bugReport)
    }
  }
}
