import Foundation
import Records
import StudyRegistry
import Support
import TestSupport
import Testing

@Suite struct FormatReferenceTests {
  @Test func `data/FORMAT.md is what the definitions of the format and of the case studies say`() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../data/FORMAT.md").standardized
    if ProcessInfo.processInfo.environment["UPDATE_FORMAT"] != nil {
      try formatReference.write(to: path, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: path, encoding: .utf8) == formatReference)
  }

  @Test func `The kind of file that one case study has of its own is in the catalog and on the page`() throws {
    let kind = FileKind(rawValue: "generation")
    #expect(try fileCatalog.schema(of: kind).kind == kind)
    #expect(formatReference.contains("## implicit-h5/generation"))
    #expect(formatReference.contains("Linear programs, min c'x"))
    let unknown = try thrownFailure { _ = try SchemaCatalog.common.schema(of: kind) }
    #expect(unknown.status == .badData)
    #expect(unknown.problem.contains("implicit-h5/generation"))
  }

  @Test func `Kinds of files have names of their own`() {
    let kinds = fileCatalog.schemas.map(\.kind)
    #expect(Set(kinds).count == kinds.count)
  }
}
