import Records
import Torch

/// A way to write a dataset for another program.
public struct DatasetExport: Sendable {
  /// Name of the format on command lines.
  public var format: String
  /// Writes all splits to a file; it appears whole or not at all.
  public var write: @Sendable (_ dataset: DatasetReader, _ path: String) throws -> Void

  public init(_ format: String, write: @escaping @Sendable (DatasetReader, String) throws -> Void) {
    (self.format, self.write) = (format, write)
  }
}
