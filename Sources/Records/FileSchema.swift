import HDF5

/// One attribute that the format defines.
public struct AttributeSchema: Equatable, Sendable {
  public var name: String
  public var type: ElementType
  /// A one-dimensional array instead of a scalar.
  public var isArray: Bool
  public var isRequired: Bool
  public var meaning: String

  init(_ name: String, _ type: ElementType, array: Bool = false, required: Bool = true, _ meaning: String) {
    self.name = name
    self.type = type
    isArray = array
    isRequired = required
    self.meaning = meaning
  }
}

/// One dataset, or a family of datasets, that the format defines.
public struct ObjectSchema: Equatable, Sendable {
  /// Path from the root. `*` stands for any name, a final `**` for any path.
  public var path: String
  /// Types it may have; the first is the one this program writes.
  public var types: [ElementType]
  /// Names of the dimensions, nil where they are free; a final "..." stands for any further ones.
  public var dimensions: [String]?
  /// Nil where it depends on the case study.
  public var units: String?
  public var longName: String
  public var isRequired: Bool
  /// Depends on the machine and the moment, not on seeds: its values are no part of the content's hash.
  public var isMeasurement: Bool
  /// Where NaN has a meaning.
  public var allowsNaN: Bool
  /// What else is to be known; in data/FORMAT.md only, unlike `longName`, which stands in files and so in their hashes.
  public var note: String

  init(
    _ path: String, _ types: [ElementType], _ dimensions: [String]?, units: String? = "1", required: Bool = true,
    measurement: Bool = false, allowsNaN: Bool = false, _ longName: String, note: String = ""
  ) {
    self.path = path
    self.types = types
    self.dimensions = dimensions
    self.units = units
    self.longName = longName
    isRequired = required
    isMeasurement = measurement
    self.allowsNaN = allowsNaN
    self.note = note
  }

  /// Whether `path` is this object, or one of this family.
  func matches(_ path: String) -> Bool {
    let pattern = self.path.split(separator: "/")
    let parts = path.split(separator: "/")
    if pattern.last == "**" {
      guard parts.count >= pattern.count else { return false }
      return zip(pattern.dropLast(), parts).allSatisfy { $0 == "*" || $0 == $1 }
    }
    return pattern.count == parts.count && zip(pattern, parts).allSatisfy { $0 == "*" || $0 == $1 }
  }

  var isFamily: Bool { path.contains("*") }
}

/// What a kind of file holds. Writers, readers, the validator and data/FORMAT.md all follow this one definition.
public struct FileSchema: Sendable {
  public var kind: FileKind
  public var purpose: String
  /// Root attributes beside the common ones.
  public var attributes: [AttributeSchema]
  public var objects: [ObjectSchema]
  /// Attributes of groups, by the path of the group (`*` as in `ObjectSchema`).
  public var groupAttributes: [(group: String, attributes: [AttributeSchema])] = []

  /// Root attributes of every file, in the order in which they are written.
  public static let commonAttributes = [
    AttributeSchema("schema", .string, "kind of file: `implicit-h5/` followed by the kind"),
    AttributeSchema("schema_version", .int64, array: true, "version of the format: `[major, minor]`"),
    AttributeSchema("case_study", .string, "name of the case study, for example `linear-programs`"),
    AttributeSchema("title", .string, "what the file holds, in one line"),
    AttributeSchema("references", .string, array: true, required: false, "publications that define the content"),
    AttributeSchema("content_sha256", .string, required: false, "hash of the content, see below"),
    AttributeSchema("complete", .uint8, "1; written last of all, so a file without it is not finished"),
  ]

  /// Attributes of every dataset outside `/provenance`.
  public static let datasetAttributes = [
    AttributeSchema("units", .string, required: false, "unit of the values, `1` if they have none"),
    AttributeSchema("long_name", .string, required: false, "what the values are"),
    AttributeSchema("dims", .string, array: true, required: false, "name of each dimension, slowest first"),
    AttributeSchema(
      "role", .string, required: false,
      "`input`, `label`, `certificate`, `identifier`, or `measurement` for values that depend on the machine"),
  ]

  public static func of(_ kind: FileKind) -> FileSchema {
    switch kind {
    case .dataset: .dataset
    case .datasetShard: .datasetShard
    case .model: .model
    case .checkpoint: .checkpoint
    case .sweep: .sweep
    case .generation: .generation
    case .summary: .summary
    }
  }

  /// The definition of the object at `path`; nil if the format has none.
  func object(at path: String) -> ObjectSchema? {
    objects.first { !$0.isFamily && $0.matches(path) } ?? objects.first { $0.matches(path) }
  }
}
