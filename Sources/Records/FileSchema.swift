import HDF5

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
