import Foundation

/// The processor time that a process has used, in s: what it took of a machine, whoever else was busy there.
package enum ProcessorTime {
  /// That of all threads of a process, and of its own processes that have ended and were awaited. One that has ended is known until
  /// its parent asks how.
  ///
  /// - Returns: nil where the system does not say.
  package static func of(process: Int32) -> Double? {
    // `4711 (name, which may have spaces) S 1 ...`: user and system time are the 14th and 15th field, those of children follow.
    guard let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let fields = line.split(separator: ")").last?.split(separator: " "), fields.count > 14
    else { return nil }
    let ticks = fields[11...14].compactMap { Double($0) }
    return ticks.count == 4 ? ticks.reduce(0, +) / Double(sysconf(Int32(_SC_CLK_TCK))) : nil
  }
}
