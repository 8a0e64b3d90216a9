import Equilibrium
import Records
import Torch

/// A change of the input along which the Lipschitz ratio of the model is measured.
public protocol InputPerturbation<Batch>: Sendable {
  associatedtype Batch: SampleBatch
  /// Name in files and figures.
  var name: String { get }
  /// The same samples with changed inputs, and with the labels of the changed problems.
  func perturbed(
    _ reader: DatasetReader, _ split: Split, rows: [Int], seed: UInt64, options: TensorOptions
  ) throws -> PerturbedBatch<Batch>
  /// Change of the output over change of the input, `[B]`; in Euclidean norms unless the perturbation says otherwise.
  func ratios(between output: Tensor, and perturbed: Tensor, distances: [Double]) throws -> [Double]
}

extension InputPerturbation {
  /// ||y - y'|| / distance, in Euclidean norms.
  public func ratios(between output: Tensor, and perturbed: Tensor, distances: [Double]) throws -> [Double] {
    try lipschitzRatios(between: output, and: perturbed, distances: distances)
  }
}

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
