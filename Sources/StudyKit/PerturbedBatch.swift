import Torch

/// Samples with changed inputs, and by how much they were changed.
public struct PerturbedBatch<Batch: SampleBatch>: Sendable {
  /// The changed inputs, with the labels of the changed problems.
  public var batch: Batch
  /// Norm of the change of each sample's input, `[B]`, above 0.
  public var distances: [Double]
  /// Whether the changed problem has a solution; where not, the sample is left out of all statistics.
  public var isSolved: [Bool]

  /// All lists have one entry for each sample.
  public init(batch: Batch, distances: [Double], isSolved: [Bool]) {
    self.batch = batch
    self.distances = distances
    self.isSolved = isSolved
  }
}
