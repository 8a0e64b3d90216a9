import ArgumentParser

/// How the result is printed.
public struct OutputOptions: ParsableArguments {
  /// Whether programs read the result.
  @Flag(name: .long, help: "Print the result as JSON.")
  public var json = false

  public init() {}
}
