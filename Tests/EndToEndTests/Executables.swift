import Foundation
import Subprocess
import SystemPackage
import Testing

/// The executables of this package, as `swift build` left them beside the tests.
enum Executables {
  struct Result {
    /// 128 + the number of the signal for a process that one ended, as in a shell.
    var status: Int32
    var output: String
    var errors: String
  }

  static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path

  /// The root of the repository.
  static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
    .standardized.path

  /// Runs an executable in the repository.
  ///
  /// - Parameter meanwhile: what happens while it runs; it may send signals.
  @discardableResult
  static func run(
    _ name: String, _ arguments: String..., meanwhile: (ProcessIdentifier) async throws -> Void = { _ in }
  ) async throws -> Result {
    try await run(name, arguments, meanwhile: meanwhile)
  }

  @discardableResult
  static func run(
    _ name: String, _ arguments: [String], meanwhile: (ProcessIdentifier) async throws -> Void = { _ in }
  ) async throws -> Result {
    try await run(.path(FilePath("\(folder)/\(name)")), arguments, .inherit, meanwhile: meanwhile)
  }

  /// Runs a line of shell in the repository, as a user would who has the executables on the PATH.
  ///
  /// - Parameter variables: of the environment, for the line to use.
  @discardableResult
  static func shell(_ line: String, _ variables: [String: String] = [:]) async throws -> Result {
    let path = "\(folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    let added = variables.merging(["PATH": path]) { $1 }
    let environment = Environment.inherit.updating(
      Dictionary(uniqueKeysWithValues: added.map { (Environment.Key(stringLiteral: $0), $1) }))
    return try await run(.path("/bin/sh"), ["-c", line], environment)
  }

  private static func run(
    _ executable: Executable, _ arguments: [String], _ environment: Environment,
    meanwhile: (ProcessIdentifier) async throws -> Void = { _ in }
  ) async throws -> Result {
    let result = try await Subprocess.run(
      executable, arguments: Arguments(arguments), environment: environment, workingDirectory: FilePath(repository),
      input: .none, output: .string(limit: 1 << 20), error: .string(limit: 1 << 20)
    ) { try await meanwhile($0.processIdentifier) }
    let status =
      switch result.terminationStatus {
      case .exited(let status): status
      case .signaled(let signal): 128 + signal
      }
    return Result(status: status, output: result.standardOutput, errors: result.standardError)
  }

  /// Waits until something has happened, or the process has ended, which makes it vain to wait.
  static func wait(while process: ProcessIdentifier, until hasHappened: () throws -> Bool) async throws {
    // The letter behind the name in parentheses is the state; Z is an ended one that nobody has asked about.
    while try !hasHappened(),
      let status = try? String(contentsOfFile: "/proc/\(process.value)/stat", encoding: .utf8),
      status.split(separator: ")").last?.hasPrefix(" Z") == false
    {
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// The processes whose command line names this text.
  static func processes(naming text: String) -> [Int32] {
    let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    return numbers.filter { number in
      guard number != getpid(), let data = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") else {
        return false
      }
      return String(decoding: data, as: UTF8.self).contains(text)
    }
  }
}

/// A folder that is deleted when the test is over.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "implicit-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
