import ArgumentParser
import Configuration
import Logging
import Support

/// Changes of single keys of a pipeline file.
public struct OverrideOptions: ParsableArguments {
  /// As they were given, `key.path=value`.
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Change one key of the configuration; may be repeated. Example: training.phases.0.steps=10",
      valueName: "key.path=value"))
  public var overrides: [String] = []

  public init() {}
}

/// What is laid over a pipeline file.
public struct OverlayOptions: ParsableArguments {
  /// The name of a preset; nil for the file as it is.
  @Option(name: .long, help: "The preset of the pipeline file: smoke, demo, paper, or any other it defines.")
  public var preset: String?

  /// Behind the preset.
  @OptionGroup public var changes: OverrideOptions

  public init() {}

  /// Changes of single keys, `key.path=value`.
  public var overrides: [String] {
    get { changes.overrides }
    set { changes.overrides = newValue }
  }
}

/// Where the configuration comes from.
///
///     @OptionGroup var source: ConfigurationOptions
///     ...
///     let document = try source.load()
public struct ConfigurationOptions: ParsableArguments {
  /// The path of the pipeline file.
  @Option(name: .long, help: ArgumentHelp("The pipeline file.", valueName: "file.yaml"))
  public var config: String

  /// The preset and the changes.
  @OptionGroup public var overlay: OverlayOptions

  public init() {}

  /// Changes of single keys, `key.path=value`.
  public var overrides: [String] {
    get { overlay.overrides }
    set { overlay.overrides = newValue }
  }

  /// The pipeline file with the preset and the overrides laid over it.
  public func load() throws -> ConfigurationDocument {
    try ConfigurationDocument.load(config, preset: overlay.preset, overrides: overlay.overrides)
  }
}

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
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, found \(threads)") }
  }

  /// Worker threads: those asked for, or all cores.
  public var threadCount: Int { threads ?? Cores.available() }

  /// Starts the log and listens to signals. To be called first in `run()`.
  public func start() {
    Log.start(level: logLevel)
    Interruption.install()
  }
}

/// Where tensors are computed.
public struct DeviceOptions: ParsableArguments {
  /// As LibTorch calls it.
  @Option(name: .long, help: "Where to compute: cpu, cuda, cuda:N.")
  public var device: String = "cpu"

  public init() {}
}

/// How the result is printed.
public struct OutputOptions: ParsableArguments {
  /// Whether programs read the result.
  @Flag(name: .long, help: "Print the result as JSON.")
  public var json = false

  public init() {}
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
