import Foundation
import Testing

/// Who looks for a type finds it in the file of its name, and finds in every case study what is in the others.
@Suite struct SourceFileTests {
  /// The Swift files below a folder of the repository, by their paths in it.
  private static func files(_ folder: String) throws -> [String] {
    let root = "\(Executables.repository)/\(folder)"
    let paths = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
    return paths.filter { $0.hasSuffix(".swift") }.sorted()
  }

  /// `Model+Figures` of `Sources/Models/Model+Figures.swift`.
  private static func stem(_ path: String) -> String { ((path as NSString).lastPathComponent as NSString).deletingPathExtension }

  @Test func `A file declares at most one public type, and is named for it`() throws {
    let declaration = /^public (final |indirect )?(struct|enum|protocol|class|actor) (?<name>\w+)/.anchorsMatchLineEndings()
    var count = 0
    for path in try Self.files("Sources") {
      let text = try String(contentsOfFile: "\(Executables.repository)/Sources/\(path)", encoding: .utf8)
      let names = text.matches(of: declaration).map { String($0.output.name) }
      count += names.count
      #expect(names.count <= 1, "\(path) declares \(names)")
      if let name = names.first { #expect(Self.stem(path).split(separator: "+")[0] == name, "\(path) declares \(name)") }
    }
    #expect(count > 200, "the types are found at all")
  }

  @Test func `Every case study has the same files`() throws {
    let studies =
      try Self.files("Sources/Studies").filter { $0.hasSuffix("Study.swift") } + ["../../Tests/TemplateStudy/AveragesStudy.swift"]
    #expect(studies.count > 5)
    for study in studies {
      let folder = (study as NSString).deletingLastPathComponent
      let found = Set(try Self.files("Sources/Studies/\(folder)").map(Self.stem))
      let name = Self.stem(study).dropLast("Study".count)
      for part in ["Layout", "Generator", "Batch", "Models", "Perturbation"] {
        #expect(found.contains(name + part), "\(folder) lacks \(name)\(part).swift")
      }
    }
  }
}
