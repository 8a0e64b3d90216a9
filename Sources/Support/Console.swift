import Foundation
import Synchronization

/// Standard error, shared by messages, the log and one live line: a message never tears the live line apart.
///
/// The result of a command goes to standard output; everything else goes here.
public final class Console: Sendable {
  /// The one of this process.
  public static let standardError = Console(descriptor: STDERR_FILENO)

  private let descriptor: Int32
  /// Whether a person is looking: only then there are live lines.
  public let isTerminal: Bool
  /// The live line on the screen; the lock also keeps writes from interleaving.
  private let liveLine = Mutex("")

  /// - Parameter isTerminal: nil asks the system.
  init(descriptor: Int32, isTerminal: Bool? = nil) {
    self.descriptor = descriptor
    self.isTerminal = isTerminal ?? (isatty(descriptor) == 1)
  }

  /// Writes a line, above the live one if there is one.
  public func print(_ message: String) {
    liveLine.withLock { line in
      write(line.isEmpty ? "\(message)\n" : "\(Self.eraseLine)\(message)\n\(line)")
    }
  }

  /// Replaces the live line; empty text removes it. Does nothing unless this is a terminal.
  public func showLive(_ text: String) {
    guard isTerminal else { return }
    liveLine.withLock { line in
      // A line that wraps could not be erased.
      line = String(text.prefix(columns - 1))
      write(Self.eraseLine + line)
    }
  }

  private static let eraseLine = "\r\u{1b}[K"

  private var columns: Int {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1 ? Int(size.ws_col) : 80
  }

  /// Errors are ignored: a closed terminal must not end a computation.
  private func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}
