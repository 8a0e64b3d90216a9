/// What a file of the format "implicit-h5" is for. These kinds are those of every case study; one that writes files of its own
/// adds a kind and its `FileSchema`.
public struct FileKind: RawRepresentable, Hashable, Sendable {
  /// The name in the root attribute `schema`, `dataset-shard`.
  public let rawValue: String

  /// The kind of this name, without the prefix that `schema` has.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Samples with their labels.
  public static let dataset = FileKind(rawValue: "dataset")
  /// One part of the draws of a dataset.
  public static let datasetShard = FileKind(rawValue: "dataset-shard")
  /// A trained model.
  public static let model = FileKind(rawValue: "model")
  /// A training that can be continued.
  public static let checkpoint = FileKind(rawValue: "checkpoint")
  /// The curves of one model over test-time iterations.
  public static let sweep = FileKind(rawValue: "sweep")
  /// The tables of a report.
  public static let summary = FileKind(rawValue: "summary")

  /// What a model makes of inputs, one output for each.
  public static let outputs = FileKind(rawValue: "outputs")

  private static let prefix = "implicit-h5/"

  /// Value of the root attribute `schema`.
  public var schema: String { Self.prefix + rawValue }

  /// The kind that a root attribute `schema` states; nil if the file is of another format.
  init?(schema: String) {
    guard schema.hasPrefix(Self.prefix), schema.count > Self.prefix.count else { return nil }
    rawValue = String(schema.dropFirst(Self.prefix.count))
  }
}
