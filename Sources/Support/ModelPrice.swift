/// What a model of a pipeline takes.
public struct ModelPrice: Codable, Equatable, Sendable {
  /// Its training.
  public var train: TaskPrice
  /// Its sweep of a split, for each sample of the split.
  public var sweepOfOneSample: TaskPrice

  /// An estimate.
  public init(train: TaskPrice, sweepOfOneSample: TaskPrice) { (self.train, self.sweepOfOneSample) = (train, sweepOfOneSample) }
}
