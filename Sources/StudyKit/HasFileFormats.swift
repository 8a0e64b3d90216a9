import Records

/// The case study writes kinds of files of its own.
public protocol HasFileFormats: CaseStudy {
  /// Their definitions.
  static var fileSchemas: [FileSchema] { get }
}
