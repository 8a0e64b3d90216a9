import Records

/// The case study writes kinds of files of its own, or has more to say on how its datasets are written by other programs.
public protocol HasFileFormats: CaseStudy {
  static var fileSchemas: [FileSchema] { get }
  /// For data/FORMAT.md, as Markdown: how another program writes a dataset of this case study; nil for nothing to say.
  static var foreignDatasets: String? { get }
}

extension HasFileFormats {
  /// None.
  public static var fileSchemas: [FileSchema] { [] }
  /// Nothing to say.
  public static var foreignDatasets: String? { nil }
}
