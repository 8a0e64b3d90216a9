import Configuration
import Foundation
import Records
import StudyKit
import StudyRegistry
import Testing

/// What is written about every case study agrees with what it is.
@Suite struct DocumentationTests {
  @Test(arguments: StudyUnderTest.all)
  func `The data card names every field of the dataset`(_ study: StudyUnderTest) throws {
    let card = try StudyUnderTest.text(study.card)
    #expect(card.hasPrefix("# \(study.name)\n"))
    for field in try fields(study.study, study) {
      #expect(card.contains("`\(field)`"), "\(study.card) does not mention `\(field)`")
    }
  }

  /// Of the layout, and what the generator of the smoke preset adds.
  private func fields<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws -> [String] {
    let document = try ConfigurationDocument.load(study.pipeline, preset: "smoke")
    return try ExperimentConfiguration<Case>(document).generator.layout.fields.map(\.name)
  }

  @Test(arguments: StudyUnderTest.all)
  func `The layout is that of the case study, with inputs and labels that its generator fills`(_ study: StudyUnderTest) throws {
    try layoutIsSound(study.study, study)
  }

  private func layoutIsSound<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    #expect(Case.layout.caseStudy == Case.name && Case.layout.title == Case.title)
    #expect(!Case.references.isEmpty && !Case.title.isEmpty)
    let names = Case.layout.fields.map(\.name)
    #expect(Set(names).count == names.count)
    for role in [FieldSchema.Role.input, .label] { #expect(Case.layout.fields.contains { $0.role == role }) }
    let document = try ConfigurationDocument.load(study.pipeline, preset: "smoke")
    let layout = try ExperimentConfiguration<Case>(document).generator.layout
    for field in Case.layout.fields { #expect(layout.fields.contains(field), "`\(field.name)` is not drawn") }
    for field in layout.fields { _ = try layout.shape(of: field) }
    let architectures = Case.architectures.map(\.name)
    #expect(Set(architectures).count == architectures.count && !architectures.isEmpty)
  }

  @Test(arguments: StudyUnderTest.all)
  func `Pipeline file, list of pipeline files and README have the case study`(_ study: StudyUnderTest) throws {
    let document = try ConfigurationDocument.load(study.pipeline)
    #expect(try document.root.text("case_study", "name") == study.name)
    guard !study.isTemplate else { return }
    let all = try ConfigurationDocument.pipelineFiles(StudyUnderTest.root + "/pipelines/all.yaml")
    #expect(all.contains { $0.hasSuffix("/\(study.name).yaml") }, "pipelines/all.yaml lacks \(study.name).yaml")
    let readme = try StudyUnderTest.text(StudyUnderTest.root + "/README.md")
    #expect(readme.contains("\n| `\(study.name)` | "), "the table at the top of README.md lacks a row")
  }

  @Test func `Nothing is listed that is no case study`() throws {
    let names = Set(caseStudies.map { $0.name })
    #expect(names.count == caseStudies.count)
    func files(_ folder: String, _ kind: String) throws -> Set<String> {
      let found = try FileManager.default.contentsOfDirectory(atPath: "\(StudyUnderTest.root)/\(folder)")
      return Set(found.filter { $0.hasSuffix(kind) }.map { String($0.dropLast(kind.count)) })
    }
    #expect(try files("data/cards", ".md") == names)
    let pipelines = try files("pipelines", ".yaml").subtracting(["all"])
    #expect(pipelines.isSuperset(of: names))
    // Further ones are other experiments with a case study.
    for file in pipelines.subtracting(names) {
      let document = try ConfigurationDocument.load("\(StudyUnderTest.root)/pipelines/\(file).yaml")
      #expect(names.contains(try document.root.text("case_study", "")), "\(file)")
    }
  }

  /// A block of code in the guide stands below the name of its file: the whole file, or lines that follow each other in it.
  @Test func `The guide quotes files as they are`() throws {
    let path = StudyUnderTest.root + "/Sources/README.md"
    let folder = "Tests/TemplateStudy"
    func text(_ file: String) throws -> String { try StudyUnderTest.text("\(StudyUnderTest.root)/\(file)") }
    let quotation = /`(?<file>[\w\/.-]+)`:\n\n```(?<language>\w+)\n(?<code>[\s\S]*?)```\n/
    if ProcessInfo.processInfo.environment["UPDATE_GUIDE"] != nil {
      let updated = try text("Sources/README.md").replacing(quotation) { match in
        let file = String(match.output.file)
        guard file.hasPrefix(folder), let now = try? text(file) else { return String(match.output.0) }
        return "`\(file)`:\n\n```\(match.output.language)\n\(now)```\n"
      }
      try updated.write(toFile: path, atomically: true, encoding: .utf8)
    }
    var whole: Set<String> = []
    for match in try text("Sources/README.md").matches(of: quotation) {
      let (file, code) = (String(match.output.file), String(match.output.code))
      let now = try text(file)
      #expect(now.contains(code), "\(file) is not as the guide quotes it; UPDATE_GUIDE=1 brings it up to date")
      if now == code { whole.insert((file as NSString).lastPathComponent) }
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(StudyUnderTest.root)/\(folder)")
    #expect(whole.isSuperset(of: files), "the guide lacks \(Set(files).subtracting(whole).sorted())")
  }

  @Test func `Every module of the package is in the picture and the list of the architecture`() throws {
    let guide = try StudyUnderTest.text(StudyUnderTest.root + "/Sources/README.md")
    let sources = StudyUnderTest.root + "/Sources"
    for name in try FileManager.default.contentsOfDirectory(atPath: sources) where !name.hasSuffix(".md") {
      #expect(guide.contains("| `\(name)` | "), "Sources/README.md has no row for \(name)")
    }
  }
}
