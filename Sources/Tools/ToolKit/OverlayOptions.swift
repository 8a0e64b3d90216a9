import ArgumentParser

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
