import HDF5

/// One attribute that the format defines.
public struct AttributeSchema: Equatable, Sendable {
  /// Name of the attribute.
  public var name: String
  /// `.string`, or any type whose values hold the values of this one.
  public var type: ElementType
  /// A one-dimensional array instead of a scalar.
  public var isArray: Bool
  /// A file without it is refused by the validator.
  public var isRequired: Bool
  /// For data/FORMAT.md and messages.
  public var meaning: String

  /// A scalar that must be there, unless it says otherwise.
  public init(_ name: String, _ type: ElementType, array: Bool = false, required: Bool = true, _ meaning: String) {
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
  /// What the values are, for data/FORMAT.md and the attribute `long_name`.
  public var longName: String
  /// A file without it, or without one of the family, is refused by the validator.
  public var isRequired: Bool
  /// Depends on the machine and the moment, not on seeds: its values are no part of the content's hash.
  public var isMeasurement: Bool
  /// Where NaN has a meaning.
  public var allowsNaN: Bool
  /// The values are the coordinates of the only dimension: this dataset is its dimension scale.
  public var isCoordinate: Bool
  /// Text that names things, as the labels of an axis; see `Storage.names`.
  public var holdsNames: Bool
  /// What else is to be known; in data/FORMAT.md only, unlike `longName`, which stands in files and so in their hashes.
  public var note: String

  /// Pure numbers that must be there, unless it says otherwise.
  ///
  /// - Parameters:
  ///   - coordinate: whether it holds the coordinates of its dimension; nil for yes if it has the dimension's name.
  ///   - names: whether its text names things.
  public init(
    _ path: String, _ types: [ElementType], _ dimensions: [String]?, units: String? = "1", required: Bool = true,
    measurement: Bool = false, allowsNaN: Bool = false, coordinate: Bool? = nil, names: Bool = false, _ longName: String,
    note: String = ""
  ) {
    self.path = path
    self.types = types
    self.dimensions = dimensions
    self.units = units
    self.longName = longName
    isRequired = required
    isMeasurement = measurement
    self.allowsNaN = allowsNaN
    isCoordinate = coordinate ?? (dimensions?.count == 1 && path.split(separator: "/").last.map(String.init) == dimensions?[0])
    holdsNames = names
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
  /// The kind that this defines.
  public var kind: FileKind
  /// What such a file is for, in a sentence or two.
  public var purpose: String
  /// Root attributes beside the common ones.
  public var attributes: [AttributeSchema]
  /// Datasets; a path without `*` goes before a family that it is one of.
  public var objects: [ObjectSchema]
  /// Attributes of groups, by the path of the group (`*` as in `ObjectSchema`).
  public var groupAttributes: [(group: String, attributes: [AttributeSchema])]

  /// The definition of a kind of file.
  public init(
    kind: FileKind, purpose: String, attributes: [AttributeSchema], objects: [ObjectSchema],
    groupAttributes: [(group: String, attributes: [AttributeSchema])] = []
  ) {
    (self.kind, self.purpose, self.attributes, self.objects) = (kind, purpose, attributes, objects)
    self.groupAttributes = groupAttributes
  }

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

  /// What `dims` calls a dimension that has no name of its own, as those of a weight.
  static func unnamedDimension(_ axis: Int) -> String { "axis_\(axis)" }

  /// The definition of the object at `path`; nil if the format has none.
  ///
  /// - Parameter type: what the dataset there holds, if there is one. Only text in the root is one of the shared texts `/*`;
  ///   other datasets there are none of the format's.
  func object(at path: String, holding type: ElementType? = nil) -> ObjectSchema? {
    if let single = objects.first(where: { !$0.isFamily && $0.matches(path) }) { return single }
    return objects.first { family in
      guard family.matches(path) else { return false }
      guard family.path == "/*", let type else { return true }
      return family.types.contains { $0.holds(type) }
    }
  }
}
