import ArgumentParser

/// What is trained, on what, and from where.
public struct TrainingOptions: ParsableArguments {
  /// Its name in the pipeline file.
  @Option(help: "Name of the model in the pipeline file.")
  public var model: String

  /// A path.
  @Option(help: ArgumentHelp("The dataset to train on.", valueName: "file.h5"))
  public var dataset: String

  /// A path; nil for a model that starts from random parameters.
  @Option(help: ArgumentHelp("The trained model that this one starts from, if the pipeline file says so.", valueName: "file.h5"))
  public var initial: String?

  public init() {}
}
