import ArgumentParser

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
