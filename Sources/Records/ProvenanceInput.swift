/// An input of a stage: which file, and what it said.
public struct ProvenanceInput: Equatable, Sendable {
  /// Path as it was given, which may start at the working folder.
  public var path: String
  /// Content hash that the file stated; empty if it stated none.
  public var contentHash: String

  /// An input that states this hash, or none.
  public init(path: String, contentHash: String?) {
    self.path = path
    self.contentHash = contentHash ?? ""
  }
}
