import ArgumentParser
import Configuration
import Logging
import Support

/// Where the configuration comes from.
public struct ConfigurationOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The pipeline file.", valueName: "file.yaml"))
  public var config: String

  @Option(name: .long, help: "The preset of the pipeline file: smoke, demo, paper, or any other it defines.")
  public var preset: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Change one key of the configuration; may be repeated. Example: training.phases.0.steps=10",
      valueName: "key.path=value"))
  public var overrides: [String] = []

  public init() {}

  /// The pipeline file with the preset and the overrides laid over it.
  public func load() throws -> ConfigurationDocument {
    try ConfigurationDocument.load(config, preset: preset, overrides: overrides)
  }
}

/// How a stage runs; nothing here changes a result.
public struct RunOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditional, help: "Worker threads; by default all cores that this process may use.")
  public var threads: Int?

  @Option(name: .long, help: ArgumentHelp("Keep a small JSON file with the progress.", valueName: "file.json"))
  public var progress: String?

  @Option(
    name: .long, help: "The least important messages to show: trace, debug, info, notice, warning, error, critical.")
  public var logLevel: Logger.Level = .info

  public init() {}

  public func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, found \(threads)") }
  }

  public var threadCount: Int { threads ?? Cores.available() }

  /// Starts the log and listens to signals. To be called first in `run()`.
  public func start() {
    Log.start(level: logLevel)
    Interruption.install()
  }
}

/// Where tensors are computed.
public struct DeviceOptions: ParsableArguments {
  @Option(name: .long, help: "Where to compute: cpu, cuda, cuda:N.")
  public var device: String = "cpu"

  public init() {}
}

/// How the result is printed.
public struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Print the result as JSON.")
  public var json = false

  public init() {}
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
