/// What a model of a pipeline takes.
public struct ModelPrice: Codable, Equatable, Sendable {
  /// Its training.
  public var train: TaskPrice
  /// Its sweep of a split, but for the time of the samples.
  public var sweep: TaskPrice
  /// Seconds of one thread that the sweep takes for each sample of the split.
  public var secondsOfSample: Double

  /// An estimate.
  public init(train: TaskPrice, sweep: TaskPrice, secondsOfSample: Double) {
    (self.train, self.sweep, self.secondsOfSample) = (train, sweep, secondsOfSample)
  }
}
