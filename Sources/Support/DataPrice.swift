/// What the dataset of a pipeline takes.
public struct DataPrice: Codable, Equatable, Sendable {
  /// All of its draws.
  public var generate: TaskPrice
  /// Samples that each split is expected to have, by its name.
  public var samples: [String: Int]

  /// An estimate.
  public init(generate: TaskPrice, samples: [String: Int]) { (self.generate, self.samples) = (generate, samples) }
}
