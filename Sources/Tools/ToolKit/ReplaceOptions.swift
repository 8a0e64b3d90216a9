import ArgumentParser

/// What may be lost.
public struct ReplaceOptions: ParsableArguments {
  /// Whether an output may take the place of something that is no earlier version of it.
  @Flag(name: .long, help: "Replace what is there, even if it is something else than an earlier version of the output.")
  public var replace = false

  public init() {}
}
