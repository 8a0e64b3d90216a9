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

  /// Reads the section `sweep.perturbations`: the changes of the input along which Lipschitz ratios are measured.
  static func perturbations(reading section: ConfigurationSection) throws -> [any InputPerturbation<Batch>]
}

extension StudyEvaluation {
  /// None.
  public static var qualities: [Measure<Batch>] { [] }
}

/// A measure of outputs: name, unit and meaning, and the value of each sample.
public struct Measure<Batch>: Sendable {
  /// Name, unit and meaning, for files, tables and axes.
  public var description: MeasureDescription
  /// The value of each sample, `[B]`.
  public var values: @Sendable (_ output: Tensor, _ batch: Batch) throws -> Tensor

  /// - Parameters:
  ///   - name: in files and pipeline files, for example `psnr`.
  ///   - units: of the values, "1" if they have none.
  ///   - longName: what it is, for axes and tables.
  public init(
    _ name: String, units: String = "1", _ longName: String, values: @escaping @Sendable (Tensor, Batch) throws -> Tensor
  ) {
    description = MeasureDescription(name, units: units, longName)
    self.values = values
  }

  /// The value of each sample, read back.
  package func callAsFunction(_ output: Tensor, _ batch: Batch) throws -> [Double] { try values(output, batch).doubles() }
}
