import Records
import Torch

/// A measure of outputs: name, unit and meaning, and the value of each sample.
public struct Measure<Batch: SampleBatch>: Sendable {
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
  ///
  /// - Throws: `Failure` (bug) where there is not one number for each.
  package func callAsFunction(_ output: Tensor, _ batch: Batch) throws -> [Double] {
    try batch.requireOneOfEach(values(output, batch), description.name).doubles()
  }
}
