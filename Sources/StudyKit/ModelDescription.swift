import Records
import Support

/// A model as the configuration describes it, not yet built.
public struct ModelDescription<Batch: SampleBatch>: Sendable {
  /// The part of a dataset that a model is about, where it is not about all of it.
  public struct Subject: Sendable {
    /// Name in tables and figures. Models of one subject are compared with each other.
    public var name: String
    /// The samples of a split that belong to it, ascending, at least one.
    public var rows: @Sendable (DatasetReader, Split) throws -> [Int]

    /// A part of the samples under a name.
    public init(name: String, rows: @escaping @Sendable (DatasetReader, Split) throws -> [Int]) {
      self.name = name
      self.rows = rows
    }
  }

  /// Nil for all samples.
  public var subject: Subject?
  /// Whether it is trained only for others to start from, and not measured itself.
  public var isIntermediate: Bool
  /// Builds the model in float32 on the CPU, its parameters initialised from the seed.
  ///
  /// The layout is that of the dataset the model is for, dimensions filled in. A model without parameters is trained already.
  public var build: @Sendable (_ layout: DatasetLayout, _ seed: UInt64) throws -> Model<Batch>

  /// A model of all samples, measured itself, unless said otherwise.
  public init(
    subject: Subject? = nil, isIntermediate: Bool = false,
    build: @escaping @Sendable (DatasetLayout, UInt64) throws -> Model<Batch>
  ) {
    self.subject = subject
    self.isIntermediate = isIntermediate
    self.build = build
  }

  /// The samples of a split that the model is about.
  ///
  /// - Throws: `Failure` (bad data) when there are none.
  package func rows(_ reader: DatasetReader, _ split: Split) throws -> [Int] {
    let rows = try subject?.rows(reader, split) ?? Array(0..<reader.count(of: split))
    guard !rows.isEmpty else {
      throw Failure(
        .badData, "the split `\(split.rawValue)` has no samples", at: reader.path, remedy: "draw a dataset with samples")
    }
    return rows
  }
}
