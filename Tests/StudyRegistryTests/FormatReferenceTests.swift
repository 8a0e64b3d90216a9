import Foundation
import Records
import StudyKit
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
    #expect(formatReference.contains("### linear-programs"))
    let unknown = try thrownFailure { _ = try SchemaCatalog.common.schema(of: kind) }
    #expect(unknown.status == .badData)
    #expect(unknown.problem.contains("implicit-h5/generation"))
  }

  @Test(
    .enabled(if: ForeignPython.has("h5py", "numpy"), "skipped: python3 has no h5py"),
    arguments: foreignDatasets.map(\.layout.caseStudy))
  func `The Python program of each case study writes a dataset that every stage accepts`(caseStudy: String) throws {
    let foreign = try #require(foreignDatasets.first { $0.layout.caseStudy == caseStudy })
    #expect(formatReference.contains(foreign.program))
    try withFolder { folder in
      let path = "\(folder)/foreign.h5"
      try ForeignPython.run(foreign.program, [path])
      let study = try StudyRegistry.caseStudy(named: caseStudy)
      let validation = try FileValidation(of: path, in: fileCatalog) { path, header in
        try StageInput.check(path, of: header.kind, study)
      }
      #expect(validation.problems == [])
      #expect(try DatasetReader(path, study.layout).count(of: .train) == 20)
    }
  }

  @Test func `Every case study says how its datasets are written by other programs`() {
    #expect(foreignDatasets.map(\.layout.caseStudy) == caseStudies.map { $0.name })
  }

  @Test func `Kinds of files have names of their own`() {
    let kinds = fileCatalog.schemas.map(\.kind)
    #expect(Set(kinds).count == kinds.count)
  }
}
