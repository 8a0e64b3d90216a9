import Equilibrium
import Foundation
import HDF5
import Synchronization
import Torch

/// How the errors of the layers below become a `Failure` with an exit status and a remedy.
public enum ErrorMapping {
  private typealias Mapper = @Sendable (any Error) -> Failure?
  private static let mappers = Mutex<[Mapper]>([])

  /// Teaches the executables what an error type means. The latest registration for a type wins.
  public static func register<Problem: Error>(_ type: Problem.Type, _ map: @escaping @Sendable (Problem) -> Failure) {
    mappers.withLock { $0.insert({ ($0 as? Problem).map(map) }, at: 0) }
  }

  /// The failure that stands for this error; an error nobody foresaw is a bug of ours, exit status 70.
  public static func failure(from error: any Error) -> Failure {
    if let failure = error as? Failure { return failure }
    let known = mappers.withLock { $0 }
    if let failure = known.lazy.compactMap({ $0(error) }).first { return failure }
    switch error {
    case let error as HDF5Error: return failure(from: error)
    case let error as TorchError: return failure(from: error)
    case let error as EquilibriumError: return failure(from: error)
    default: break
    }
    if let failure = failure(fromFoundation: error) { return failure }
    return Failure(.bug, "this is a bug: unexpected \(type(of: error)): \(error)", remedy: bugReport)
  }

  static var bugReport: String {
    "please report it with this command: \(CommandLine.arguments.joined(separator: " "))"
  }

  /// Foundation's file errors say themselves whether reading or writing went wrong.
  private static func failure(fromFoundation error: any Error) -> Failure? {
    guard let cocoa = error as? CocoaError else { return nil }
    let status: ExitStatus? =
      switch cocoa.code {
      case .fileReadNoSuchFile, .fileNoSuchFile, .fileReadNoPermission, .fileReadInvalidFileName: .missingInput
      case .fileWriteNoPermission, .fileWriteInvalidFileName, .fileWriteFileExists, .fileWriteVolumeReadOnly:
        .cannotCreate
      case .fileWriteOutOfSpace, .fileWriteUnknown, .fileReadUnknown: .io
      case .fileReadCorruptFile, .fileReadInapplicableStringEncoding, .fileReadTooLarge, .fileReadUnknownStringEncoding:
        .badData
      default: nil
      }
    return status.map { Failure($0, cocoa.localizedDescription, at: cocoa.filePath ?? cocoa.url?.path) }
  }
}
