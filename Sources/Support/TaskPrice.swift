/// What a task of a pipeline takes, judged before it runs.
public struct TaskPrice: Codable, Equatable, Sendable {
  /// Seconds of one thread.
  public var seconds: Double
  /// The most memory in use at a time, in bytes.
  public var memory: Int

  /// An estimate.
  public init(seconds: Double, memory: Int) { (self.seconds, self.memory) = (seconds, memory) }
}

/// What a model of a pipeline takes.
public struct ModelPrice: Codable, Equatable, Sendable {
  /// Its training.
  public var train: TaskPrice
  /// Its sweep of a split, for each sample of the split.
  public var sweepOfOneSample: TaskPrice

  /// An estimate.
  public init(train: TaskPrice, sweepOfOneSample: TaskPrice) { (self.train, self.sweepOfOneSample) = (train, sweepOfOneSample) }
}

/// What the dataset of a pipeline takes.
public struct DataPrice: Codable, Equatable, Sendable {
  /// All of its draws.
  public var generate: TaskPrice
  /// Samples that each split is expected to have, by its name.
  public var samples: [String: Int]

  /// An estimate.
  public init(generate: TaskPrice, samples: [String: Int]) { (self.generate, self.samples) = (generate, samples) }
}
