import Foundation

/// An error of a layer that knows nothing of exit codes, as the person who ran the command should see it.
///
/// The layer above the one that throws it gives the conformance: `HDF5Error` in Records, `TorchError` and `EquilibriumError` in
/// StudyKit.
public protocol FailureConvertible: Error {
  var failure: Failure { get }
}

extension Failure {
  /// The failure that stands for any error; an error nobody foresaw is a bug of ours, exit status 70.
  public init(describing error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as any FailureConvertible: self = error.failure
    case let error as CocoaError: self = Failure(error) ?? Failure(unforeseen: error)
    default: self.init(unforeseen: error)
    }
  }

  private init(unforeseen error: any Error) {
    self.init(.bug, "this is a bug: unexpected \(type(of: error)): \(error)", remedy: Self.bugReport)
  }

  /// What to do about a bug of ours.
  package static var bugReport: String {
    "please report it with this command: \(CommandLine.arguments.joined(separator: " "))"
  }

  /// Foundation's file errors say themselves whether reading or writing went wrong; nil for its other errors.
  private init?(_ error: CocoaError) {
    let status: ExitStatus? =
      switch error.code {
      case .fileReadNoSuchFile, .fileNoSuchFile, .fileReadNoPermission, .fileReadInvalidFileName: .missingInput
      case .fileWriteNoPermission, .fileWriteInvalidFileName, .fileWriteFileExists, .fileWriteVolumeReadOnly:
        .cannotCreate
      case .fileWriteOutOfSpace, .fileWriteUnknown, .fileReadUnknown: .io
      case .fileReadCorruptFile, .fileReadInapplicableStringEncoding, .fileReadTooLarge, .fileReadUnknownStringEncoding:
        .badData
      default: nil
      }
    guard let status else { return nil }
    self.init(status, error.localizedDescription, at: error.filePath ?? error.url?.path)
  }
}
