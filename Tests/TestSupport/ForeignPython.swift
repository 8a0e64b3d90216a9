import Foundation
import Support

/// A Python whose libraries read and write HDF5 files independently of ours.
public enum ForeignPython {
  /// The one that `pipelines/setup.sh --with-slurm` made, if it had to, else that of the PATH.
  public static let executable: String = {
    let own = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../.deps/python/bin/python3").standardized
    return FileManager.default.isExecutableFile(atPath: own.path) ? own.path : "python3"
  }()

  /// Whether it has these libraries.
  public static func has(_ libraries: String...) -> Bool {
    (try? run("import " + libraries.joined(separator: ", "))) != nil
  }

  /// Runs a program and returns what it printed, without blanks at the ends.
  ///
  /// - Throws: `Failure` with the output when it fails.
  @discardableResult
  public static func run(_ program: String, _ arguments: [String] = []) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [executable, "-c", program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(.bug, "python3 failed:\n\(text)") }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
