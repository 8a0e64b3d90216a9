import Foundation
import TestSupport
import Testing

@testable import HDF5

/// Runs a program and returns its exit status and what it printed.
func run(_ arguments: [String], input: String = "") throws -> (status: Int32, output: String) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = arguments
  let output = Pipe()
  let source = Pipe()
  process.standardOutput = output
  process.standardError = output
  process.standardInput = source
  try process.run()
  source.fileHandleForWriting.write(Data(input.utf8))
  try source.fileHandleForWriting.close()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return (process.terminationStatus, text)
}

enum Foreign {
  /// Whether python3 with h5py is there to write and read files independently.
  static let hasPython = ForeignPython.has("h5py")
  static let hasDump = (try? run(["h5dump", "--version"]).status) == 0

  /// Runs a Python program with h5py (as `h5py`), numpy (as `np`) and the file name (as `path`).
  static func python(_ path: String, _ program: String) throws -> String {
    let result = try run(
      [ForeignPython.executable, "-"], input: "import h5py, numpy as np\npath = \"\(path)\"\n" + program)
    try #require(result.status == 0, "python3 failed:\n\(result.output)")
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// Runs `body`, which must throw an `HDF5Error`, and returns that error.
func hdf5Error(_ body: () throws -> Void) throws -> HDF5Error {
  do { try body() } catch let error as HDF5Error { return error }
  Issue.record("no HDF5Error was thrown")
  throw CancellationError()
}

/// Overwrites the byte at `offset` with another value.
func flipByte(of path: String, at offset: Int) throws {
  var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
  bytes[offset] ^= 0x5a
  try bytes.write(to: URL(fileURLWithPath: path))
}
