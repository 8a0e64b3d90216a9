import Configuration
import Records
import Torch

/// How the outputs of a case study's models are judged.
public protocol StudyEvaluation: SendableMetatype {
  associatedtype Batch: SampleBatch

  /// The training loss of each sample, `[B]`, in the element type of the output; finite for finite outputs, smaller is better. Steps
  /// minimise its mean over the samples.
  static func losses(_ output: Tensor, _ batch: Batch) throws -> Tensor

  /// The error against the label, which tables, figures and bands are about; smaller is better.
  static var error: Measure<Batch> { get }
  /// Further measures of an output, recorded beside its error, for example a signal-to-noise ratio.
  static var qualities: [Measure<Batch>] { get }

  /// What a user of the model wants of an output `[B, ...]`: the label's quantity in the label's units, `[B, ...]`.
  static func solutions(_ output: Tensor, _ reader: DatasetReader, _ split: Split, rows: [Int]) throws -> Tensor

  /// Reads the section `sweep.perturbations`: the changes of the input along which Lipschitz ratios are measured.
  static func perturbations(reading section: ConfigurationSection) throws -> [any InputPerturbation<Batch>]
}

extension StudyEvaluation {
  /// The output itself.
  public static func solutions(_ output: Tensor, _ reader: DatasetReader, _ split: Split, rows: [Int]) throws -> Tensor { output }

  /// None.
  public static var qualities: [Measure<Batch>] { [] }
}
