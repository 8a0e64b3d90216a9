import Foundation
import Testing

/// The arrows between modules.
///
/// `swift build --explicit-target-dependency-import-check error` should say this, and says nothing where the compiler cannot list
/// imports: then a module that some other one brings along can be imported without being declared.
@Suite struct ImportTests {
  /// What Package.swift says about a target.
  private struct Target {
    var name: String
    var folder: String
    var dependencies: Set<String>

    init?(_ description: [String: Any]) {
      guard let name = description["name"] as? String, let type = description["type"] as? String else { return nil }
      self.name = name
      folder = description["path"] as? String ?? "\(type == "test" ? "Tests" : "Sources")/\(name)"
      // `{"byName": ["Torch", null]}`, `{"product": ["Yams", "Yams", ...]}`
      let entries = description["dependencies"] as? [[String: [Any]]] ?? []
      dependencies = Set(entries.flatMap(\.values).compactMap { $0.first as? String })
    }

    /// The modules that its files import.
    func imports() throws -> Set<String> {
      let line =
        /^\s*(@\w+(\([^)]*\))?\s+)*((public|package|internal|private|fileprivate)\s+)?import\s+((struct|enum|class|func|protocol|var|let|typealias)\s+)?(?<module>\w+)/
      let files =
        FileManager.default.enumerator(atPath: "\(Executables.repository)/\(folder)")?.compactMap { $0 as? String } ?? []
      var found: Set<String> = []
      for file in files where file.hasSuffix(".swift") {
        let text = try String(contentsOfFile: "\(Executables.repository)/\(folder)/\(file)", encoding: .utf8)
        for match in text.matches(of: line.anchorsMatchLineEndings()) { found.insert(String(match.output.module)) }
      }
      return found
    }
  }

  @Test func `Every module imports only what Package.swift declares for it`() async throws {
    let scratch = try TemporaryFolder()
    let result = try await Executables.shell("swift package --scratch-path $D dump-package", ["D": scratch.path])
    try #require(result.status == 0, "\(result.errors)")
    let package = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let targets = try #require(package["targets"] as? [[String: Any]]).compactMap(Target.init)
    // SystemPackage comes with Subprocess, whose functions are written in its types.
    let known = Set(targets.map(\.name)).union(targets.flatMap(\.dependencies))
    var checked = 0
    for target in targets {
      let imports = try target.imports().intersection(known)
      #expect(imports.subtracting(target.dependencies).subtracting([target.name]) == [], "imports of \(target.name)")
      checked += imports.count
    }
    #expect(checked > 150, "the imports are found at all")
  }
}
