/// A number from a publication, to stand beside the same number measured here.
public struct PublishedResult: Equatable, Sendable {
  /// The model it belongs to, by its name in the pipeline files, for example `implicit-8`.
  public var model: String
  /// The split it was measured on.
  public var split: Split
  /// The value of the case study's error metric.
  public var error: Double
  /// Where it was published, for example `Liu et al. 2025, Table 1`.
  public var source: String

  /// A published error of a model on a split, with where it is printed.
  public init(model: String, split: Split, error: Double, source: String) {
    self.model = model
    self.split = split
    self.error = error
    self.source = source
  }
}
