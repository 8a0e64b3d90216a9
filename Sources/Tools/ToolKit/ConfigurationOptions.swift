import ArgumentParser
import Configuration

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
