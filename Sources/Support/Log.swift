import Foundation
import Logging
import Synchronization

/// The log of an executable: swift-log to standard error, one line per message, without tearing the progress line
/// apart.
public enum Log {
  private static let isStarted = Atomic(false)

  /// Sends all loggers of this process to standard error. Only the first call has an effect.
  public static func start(level: Logger.Level = .info) {
    guard !isStarted.exchange(true, ordering: .sequentiallyConsistent) else { return }
    LoggingSystem.bootstrap { ConsoleLogHandler(label: $0, logLevel: level) }
  }
}

/// Writes `12:03:04 warning message (key: value)`.
struct ConsoleLogHandler: LogHandler {
  var label: String
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  var console = Console.standardError

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let facts = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }.map {
      "\($0.key): \($0.value)"
    }
    let time = Date().formatted(Date.ISO8601FormatStyle(timeZone: .current).time(includingFractionalSeconds: false))
    let suffix = facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"
    console.print("\(time) \(event.level) \(event.message)\(suffix)")
  }
}
