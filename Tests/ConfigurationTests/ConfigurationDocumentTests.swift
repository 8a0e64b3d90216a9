import Foundation
import TestSupport
import Testing

@testable import Configuration
@testable import Support

@Suite struct ConfigurationDocumentTests {
  @Test(arguments: [
    ("dataset: {a: 1", "a.yaml:2:1"), ("dataset:\n\ta: 1", "a.yaml:2:1"), ("dataset: \"open", "a.yaml:1:15"),
    ("a: b: c", "a.yaml:1:5"),
    ("dataset: *nowhere", "a.yaml:1:10"), ("--- {}\n--- {}", "a.yaml:2:1"),
  ])
  func `A syntax error names line and column`(_ text: String, _ location: String) throws {
    let failure = try thrownFailure { _ = try document(text) }
    #expect(failure.status == .usage)
    #expect(failure.problem.hasPrefix("not valid YAML: "))
    #expect(failure.location == location)
  }

  @Test func `A key that occurs twice is an error`() throws {
    let failure = try thrownFailure { _ = try document("seed: 1\ndataset: {a: 1}\ndataset: {b: 1}") }
    #expect(
      failure
        == Failure(
          .usage, "the key `dataset` occurs more than once in the same map", at: "a.yaml:2", remedy: "keep one of them")
    )
  }

  @Test(arguments: ["<<: {a: 1}", "? [a, b]\n: 1", "a b: 1", "dataset: {\"a.b\": 1}"])
  func `Keys are plain names`(_ text: String) throws {
    let failure = try thrownFailure { _ = try document(text) }
    #expect(failure.status == .usage)
    #expect(failure.problem.hasPrefix("expected a key of letters, digits, `_` and `-`, found "))
  }

  @Test func `Aliases that multiply are stopped`() throws {
    var lines = ["title: &l0 [a, a, a, a, a, a, a, a, a, a]"]
    for level in 1...9 {
      lines.append(
        "k\(level): &l\(level) [" + Array(repeating: "*l\(level - 1)", count: 10).joined(separator: ",") + "]")
    }
    let failure = try thrownFailure { _ = try document(lines.joined(separator: "\n")) }
    #expect(failure.status == .usage)
    #expect(failure.problem == "the configuration has more than 100000 values")
    #expect(failure.location?.hasPrefix("a.yaml:") == true)
  }

  @Test func `An alias stands for its value`() throws {
    let document = try document("dataset: {train: &size {attempts: 5}, test: *size}")
    #expect(try document.section("dataset").section("test").integer("attempts", "attempts") == 5)
  }

  @Test func `Deep nesting is an error, not a crash`() throws {
    let failure = try thrownFailure { _ = try document("dataset: " + String(repeating: "[", count: 100_000)) }
    #expect(failure.problem.contains("nesting"))
  }

  @Test func `Unknown top-level keys are found in the file, in presets and in overrides`() throws {
    let inFile = try thrownFailure { _ = try document("seed: 1\ntrainign: {}") }
    #expect(inFile.problem == "unknown key `trainign`")
    #expect(inFile.location == "a.yaml:2")
    #expect(inFile.remedy?.hasPrefix("did you mean `training`?") == true)
    let inPreset = try thrownFailure { _ = try document("presets:\n  smoke:\n    swep: {}") }
    #expect(inPreset.problem == "presets.smoke: unknown key `swep`")
    #expect(inPreset.location == "a.yaml:3")
    let inOverride = try thrownFailure { _ = try document("seed: 1", overrides: ["sead=3"]) }
    #expect(inOverride.problem == "unknown key `sead`")
    #expect(inOverride.location == "--set sead=3")
    #expect(
      try thrownFailure { _ = try document("presets: {a: {}}", overrides: ["presets.a.seed=3"]) }.problem
        == "unknown key `presets`")
  }

  @Test func `An unknown preset lists the valid ones, nearest first`() throws {
    let failure = try thrownFailure { _ = try document("presets: {paper: {}, smoke: {}, demo: {}}", preset: "smok") }
    #expect(
      failure
        == Failure(
          .usage, "unknown preset `smok`", at: "a.yaml", remedy: "did you mean `smoke`? presets: smoke, demo, paper"))
    #expect(try document("presets: {paper: {}, smoke: {}}").presets == ["paper", "smoke"])
    let none = try thrownFailure { _ = try document("seed: 1", preset: "x") }
    #expect(none.remedy == "there are no presets here")
  }

  @Test(arguments: [
    ("presets: 3", "presets: expected a map of presets"), ("presets: {a: 3}", "presets.a: expected a map of keys"),
    ("[1, 2]", "expected a map of keys"),
  ])
  func `The outer shape is checked`(_ text: String, _ problem: String) throws {
    #expect(try thrownFailure { _ = try document(text) }.problem.hasPrefix(problem))
  }

  @Test func `An empty file is a file of defaults`() throws {
    #expect(try document("# nothing").section("dataset").integer("n", default: 3, "count") == 3)
  }

  @Test func `A file that is missing, a folder, or not text is an error`() throws {
    try withFolder { (folder) throws in
      let missing = try thrownFailure { _ = try ConfigurationDocument.load("\(folder)/none.yaml") }
      #expect(missing.status == .missingInput)
      #expect(missing.location == "\(folder)/none.yaml")
      #expect(
        try thrownFailure { _ = try ConfigurationDocument.load(folder) }.problem
          == "expected a configuration file, found a folder")
      _ = FileManager.default.createFile(atPath: "\(folder)/binary", contents: Data([0xff, 0xfe, 0x00]))
      #expect(try thrownFailure { _ = try ConfigurationDocument.load("\(folder)/binary") }.status == .usage)
      _ = FileManager.default.createFile(atPath: "\(folder)/control", contents: Data("seed: 1\ntitle: \u{1}".utf8))
      #expect(
        try thrownFailure { _ = try ConfigurationDocument.load("\(folder)/control") }.location == "\(folder)/control:2")
      _ = FileManager.default.createFile(atPath: "\(folder)/good.yaml", contents: Data("seed: 4".utf8))
      #expect(try ConfigurationDocument.load("\(folder)/good.yaml").root.integer("seed", "seed") == 4)
    }
  }

  @Test func `A list of pipelines stands for its files, any other file for itself`() throws {
    try withFolder { (folder) throws in
      func write(_ text: String) throws -> String {
        try text.write(toFile: folder + "/a.yaml", atomically: true, encoding: .utf8)
        return folder + "/a.yaml"
      }
      #expect(try ConfigurationDocument.pipelineFiles(write("seed: 1")) == [folder + "/a.yaml"])
      #expect(
        try ConfigurationDocument.pipelineFiles(write("pipelines: [b.yaml, /c.yaml]")) == [
          folder + "/b.yaml", "/c.yaml",
        ])
      let mixed = try thrownFailure {
        _ = try ConfigurationDocument.pipelineFiles(write("seed: 1\npipelines: [b.yaml]"))
      }
      #expect(mixed.problem == "unknown key `seed`")
      let empty = try thrownFailure { _ = try ConfigurationDocument.pipelineFiles(write("pipelines: []")) }
      #expect(empty.problem.hasPrefix("pipelines: expected list of texts"))
    }
  }
}
