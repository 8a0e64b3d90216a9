/// What a file of the format "implicit-h5" is for.
public enum FileKind: String, CaseIterable, Sendable {
  case dataset
  case datasetShard = "dataset-shard"
  case model
  case checkpoint
  case sweep
  case generation
  case summary

  /// Value of the root attribute `schema`.
  public var schema: String { "implicit-h5/\(rawValue)" }

  init?(schema: String) {
    guard let kind = Self.allCases.first(where: { $0.schema == schema }) else { return nil }
    self = kind
  }
}

/// Version of the format. Readers accept any minor version of their own major one.
public struct FormatVersion: Equatable, Sendable, CustomStringConvertible {
  public var major: Int
  public var minor: Int

  /// The version that this program writes.
  public static let current = FormatVersion(major: 1, minor: 0)

  public var description: String { "\(major).\(minor)" }
}
