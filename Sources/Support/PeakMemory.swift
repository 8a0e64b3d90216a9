import Foundation

/// The most memory that a process had in use, in bytes.
///
/// The peak of its present program. `getrusage` would not do: Linux counts the memory of the program that started it, too, which a new
/// process shares until it becomes another program.
package enum PeakMemory {
  /// That of this process; nil where the system does not say.
  package static func ofThisProcess() -> Int? { read("/proc/self/status") }

  /// That of a running process; nil for one that has ended.
  package static func of(process: Int32) -> Int? { read("/proc/\(process)/status") }

  private static func read(_ path: String) -> Int? {
    // `VmHWM:	    2248 kB`
    let line = try? String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }
}
