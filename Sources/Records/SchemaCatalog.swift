import Support

/// The kinds of files that there are: those of every case study, and those that case studies add.
public struct SchemaCatalog: Sendable {
  /// In the order of data/FORMAT.md.
  public let schemas: [FileSchema]

  /// - Parameter studySchemas: the kinds that case studies have of their own.
  public init(_ studySchemas: [FileSchema] = []) {
    schemas = [.dataset, .datasetShard, .model, .checkpoint, .sweep, .outputs] + studySchemas + [.summary]
  }

  /// The kinds of every case study.
  public static let common = SchemaCatalog()

  /// The definition of a kind of file.
  ///
  /// - Throws: `Failure` (bad data) that names the kinds there are.
  public func schema(of kind: FileKind) throws -> FileSchema {
    guard let found = schemas.first(where: { $0.kind == kind }) else {
      throw Failure(
        .badData, "unknown kind of file `\(kind.schema)`",
        remedy: "kinds are: \(schemas.map { "`\($0.kind.schema)`" }.joined(separator: ", "))")
    }
    return found
  }
}
