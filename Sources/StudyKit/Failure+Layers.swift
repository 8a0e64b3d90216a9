import Equilibrium
import Support
import Torch

/// What the errors of the layers below mean for the person who ran the command.
extension TorchError: FailureConvertible {
  /// The same problem in the words of a command line.
  public var failure: Failure {
    switch self {
    case .outOfMemory:
      Failure(.io, description, remedy: "make the batch or the chunk smaller, or use a machine with more memory")
    case .library:
      Failure(
        .missingInput, description,
        remedy: "run pipelines/setup.sh, or set LIBTORCH, then build all of the package: swift build -c release")
    case .device: Failure(.usage, description, remedy: "choose another --device")
    case .libtorch, .argument, .shape, .type:
      Failure(.bug, "this is a bug: \(description)", remedy: Failure.bugReport)
    }
  }
}

extension EquilibriumError: FailureConvertible {
  /// The same problem in the words of a command line.
  public var failure: Failure {
    switch self {
    case .invalidSetting: Failure(.usage, description)
    case .degenerateDirection: Failure(.badData, description)
    case .shapeMismatch, .countMismatch, .emptyState, .notDifferentiable:
      Failure(.bug, "this is a bug: \(description)", remedy: Failure.bugReport)
    }
  }
}
