import Configuration
import Records
import Torch

/// Where the samples of a case study come from, and how a model takes them in.
public protocol StudyData: SendableMetatype {
  associatedtype Batch: SampleBatch

  /// The fields of a dataset, without the lengths of their dimensions, which a file states by its shapes.
  static var layout: DatasetLayout { get }

  /// Reads the section `dataset` of a configuration. Keys that it does not read are errors. No tensor is made here: plans are made
  /// and mistakes are found without LibTorch.
  static func generator(reading section: ConfigurationSection, seed: UInt64) throws -> any SampleGenerator

  /// Samples of a dataset as a model takes them in.
  ///
  /// - Parameter rows: positions in the split, in any order.
  static func batch(_ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions) throws -> Batch
}
