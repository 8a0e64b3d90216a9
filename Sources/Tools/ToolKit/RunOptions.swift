import ArgumentParser
import Logging
import Support

/// How a stage runs; nothing here changes a result.
public struct RunOptions: ParsableArguments {
  /// As it was given; nil for all cores.
  @Option(
    name: .long, parsing: .unconditional, help: "Worker threads; by default all cores that this process may use.")
  public var threads: Int?

  /// The path of the `ProgressRecord`; nil for none.
  @Option(name: .long, help: ArgumentHelp("Keep a small JSON file with the progress.", valueName: "file.json"))
  public var progress: String?

  /// What is less important is not shown.
  @Option(
    name: .long, help: "The least important messages to show: trace, debug, info, notice, warning, error, critical.")
  public var logLevel: Logger.Level = .info

  public init() {}

  /// - Throws: `ValidationError` for less than one thread.
  public func validate() throws {
    if let threads, !(1...4096).contains(threads) {
      throw ValidationError("--threads must be at least 1 and at most 4096, found \(threads)")
    }
  }

  /// Worker threads: those asked for, or all cores.
  public var threadCount: Int { threads ?? Cores.available() }

  /// Starts the log and listens to signals. To be called first in `run()`.
  ///
  /// - Throws: `Failure` (cannot create) where the progress record cannot be a file.
  public func start() throws {
    Log.start(level: logLevel)
    Interruption.install()
    if let progress { _ = try OutputPath.resolved(progress) }
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
