import Equilibrium
import Records
import Torch

/// A change of the input along which the Lipschitz ratio of the model is measured.
public protocol InputPerturbation<Batch>: Sendable {
  associatedtype Batch: SampleBatch
  /// Name in files and figures.
  var name: String { get }
  /// What the ratios are: which change of the output over which change of the input, and in which units. Numbers of different units do
  /// not compare.
  var ratioMeaning: String { get }
  /// The same samples with changed inputs, and with the labels of the changed problems.
  func perturbed(
    _ reader: DatasetReader, _ split: Split, rows: [Int], seed: UInt64, options: TensorOptions
  ) throws -> PerturbedBatch<Batch>
  /// Change of the output over change of the input, `[B]`; in Euclidean norms unless the perturbation says otherwise.
  func ratios(between output: Tensor, and perturbed: Tensor, distances: [Double]) throws -> [Double]
}

extension InputPerturbation {
  /// The change of the output over that of the input, both as the model has them.
  public var ratioMeaning: String { "output over input, as the model has them" }
  /// ||y - y'|| / distance, in Euclidean norms.
  public func ratios(between output: Tensor, and perturbed: Tensor, distances: [Double]) throws -> [Double] {
    try lipschitzRatios(between: output, and: perturbed, distances: distances)
  }
}
