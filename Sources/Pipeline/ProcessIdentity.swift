import Foundation

/// A process, told apart from a later one with the same number.
public struct ProcessIdentity: Codable, Equatable, Sendable {
  /// Its number.
  public var pid: Int32
  /// When it started, in clock ticks since the machine did.
  public var startTicks: UInt64
  /// The run of the machine it belongs to; another one means that the process is gone.
  public var boot: String

  /// A process of this machine; nil if there is none of this number, or only the remains of one.
  init?(pid: Int32) {
    // The name of the program stands in parentheses and may hold any character: what follows the last one is safe to split.
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let rest = text.range(of: ")", options: .backwards).map({ text[$0.upperBound...].split(separator: " ") }),
      rest.count > 19, rest[0] != "Z", rest[0] != "X", let ticks = UInt64(rest[19])
    else { return nil }
    (self.pid, startTicks, boot) = (pid, ticks, Self.currentBoot)
  }

  private static var currentBoot: String {
    let text = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  var isAlive: Bool { ProcessIdentity(pid: pid) == self }
  /// Whether it was started on this machine since this machine was.
  var isOfThisMachine: Bool { boot == Self.currentBoot }

  /// Asks the process to stop, waits, and ends it if it does not.
  ///
  /// - Parameter patience: seconds that it has to write its checkpoint.
  func stop(patience: Double) async {
    guard isAlive else { return }
    kill(pid, SIGTERM)
    let deadline = Date().addingTimeInterval(patience)
    while isAlive && Date() < deadline { try? await Task.sleep(for: .milliseconds(50)) }
    guard isAlive else { return }
    kill(pid, SIGKILL)
    while isAlive { try? await Task.sleep(for: .milliseconds(20)) }
  }
}
