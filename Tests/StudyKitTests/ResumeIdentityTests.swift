import Configuration
import StudyKit
import Support
import Testing
import Torch

@Suite struct ResumeIdentityTests {
  static let text = """
    seed: 3
    training: {chunk: 5, checkpoint_seconds: 60, name: "checkpoint_seconds: 1"}
    sweep: {splits: [test], iterations: 4}
    """

  func identity(
    _ overrides: String..., text: String = Self.text, device: Device = .cpu, parts: [String?] = ["a", nil],
    version: String = implicitModelsVersion
  ) throws -> ResumeIdentity {
    let document = try ConfigurationDocument.parse(text, name: "a.yaml", overrides: overrides)
    _ = try document.root.integer("seed", "")
    let (training, sweep) = try (document.section("training"), document.section("sweep"))
    _ = try training.integer("chunk", "")
    _ = try training.number("checkpoint_seconds", default: 30, "")
    _ = try training.text("name", "")
    _ = try sweep.texts("splits", "")
    _ = try sweep.integer("iterations", "")
    return ResumeIdentity(
      document, under: ["seed", "training"], except: ["training.checkpoint_seconds"], device: device, parts: parts,
      version: version)
  }

  @Test func `What decides about a result is part of the identity: settings, version, device and inputs`() throws {
    let base = try identity()
    #expect(try identity("seed=4") != base)
    #expect(try identity("training.chunk=6") != base)
    // A text that looks like the exception is none.
    #expect(try identity("training.name=\"checkpoint_seconds: 2\"") != base)
    #expect(try identity(version: "0.0.1") != base)
    #expect(try identity(device: .cuda(0)) != base)
    #expect(try identity(parts: ["b", nil]) != base)
    #expect(try identity(parts: [nil, "a"]) != base)
    #expect(try identity(parts: ["a"]) != base)
  }

  @Test
  func `What does not decide about a result is no part of the identity: exceptions, other sections, and how a file is written`()
    throws
  {
    let base = try identity()
    #expect(try identity("training.checkpoint_seconds=1") == base)
    #expect(try identity("sweep.iterations=5") == base)
    #expect(try identity(text: "# a comment\n" + Self.text.replacing("seed: 3\n", with: "") + "\nseed: 3.0e0\n") == base)
  }
}
