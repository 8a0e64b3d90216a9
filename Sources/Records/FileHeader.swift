import HDF5
import Support

/// The root attributes that all kinds of files share.
public struct FileHeader: Equatable, Sendable {
  /// What the file is for.
  public var kind: FileKind
  /// Version of the format that it was written in.
  public var version = FormatVersion.current
  /// Name of the case study, `linear-programs`.
  public var caseStudy: String
  /// What it holds, in one line.
  public var title: String
  /// Publications that define the content; may be none.
  public var references: [String]
  /// The hash that the file states; nil in a file of a foreign writer that states none.
  public var contentHash: String?

  /// The header of a file to be written in the current version.
  public init(_ kind: FileKind, caseStudy: String, title: String, references: [String] = []) {
    self.kind = kind
    self.caseStudy = caseStudy
    self.title = title
    self.references = references
  }

  /// Reads and checks the header of a file.
  ///
  /// - Parameter kinds: the kinds that may be; nil for any.
  /// - Throws: `Failure` with `.badData` for a file that is unfinished, of another kind or of a newer major version.
  public init(of file: File, expecting kinds: [FileKind]? = nil) throws {
    let path = file.filePath
    self = try Failure.mapping {
      let schema: String = try Self.required("schema", in: file)
      guard let kind = FileKind(schema: schema), kinds?.contains(kind) ?? true else {
        let expected = kinds?.map(\.schema).joined(separator: " or ") ?? "implicit-h5"
        throw Failure(
          .badData, "expected a file of schema \(expected), found `\(schema)`",
          at: path, remedy: "give a file of the right kind; `implicit-inspect` shows what this one is")
      }
      let version = try Self.version(of: file)
      guard version.major <= FormatVersion.current.major else {
        throw Failure(
          .badData, "expected format version \(FormatVersion.current.major).x, found \(version)", at: path,
          remedy: "this file was written by a newer release; update this program, or write the file with version "
            + "\(FormatVersion.current)")
      }
      try Self.requireComplete(file)
      var header = FileHeader(
        kind, caseStudy: try Self.required("case_study", in: file), title: try Self.required("title", in: file))
      header.version = version
      if try file.hasAttribute("references") {
        header.references = try file.attributeArray("references", as: String.self)
      }
      if try file.hasAttribute("content_sha256") {
        header.contentHash = try file.attribute("content_sha256", as: String.self)
      }
      return header
    }
  }

  private static func required<T: Element>(_ name: String, in file: File) throws -> T {
    guard try file.hasAttribute(name) else {
      throw Failure(
        .badData, "the root attribute `\(name)` is missing", at: "\(file.filePath):/",
        remedy: "data/FORMAT.md names the attributes of a file; a file of another format must be converted")
    }
    return try file.attribute(name, as: T.self)
  }

  private static func version(of file: File) throws -> FormatVersion {
    let numbers = try file.hasAttribute("schema_version") ? file.attributeArray("schema_version", as: Int64.self) : []
    guard numbers.count == 2, numbers[0] >= 1, numbers[1] >= 0 else {
      throw Failure(
        .badData, "expected the root attribute `schema_version` to be [major, minor], found \(numbers)",
        at: "\(file.filePath):/", remedy: "write [1, 0]")
    }
    return FormatVersion(major: Int(numbers[0]), minor: Int(numbers[1]))
  }

  private static func requireComplete(_ file: File) throws {
    var complete: Int64 = 0
    if try file.hasAttribute("complete") {
      let attribute = try file.attribute("complete")
      complete = attribute.type == .boolean ? (try attribute.readScalar(Bool.self) ? 1 : 0) : try attribute.readScalar()
    }
    guard complete == 1 else {
      throw Failure(
        .badData, "the root attribute `complete` is not 1: the file was not finished", at: "\(file.filePath):/",
        remedy: "make the file again; a writer sets `complete` last of all")
    }
  }

  /// Writes all but the hash and `complete`, which come last.
  func write(to file: File) throws {
    try file.setAttribute("schema", kind.schema)
    try file.setAttribute("schema_version", [Int64(version.major), Int64(version.minor)])
    try file.setAttribute("case_study", caseStudy)
    try file.setAttribute("title", title)
    try file.setAttribute("references", references)
  }
}
