import Configuration
import Testing

@testable import Stages

/// Which sweeps may go on from each other's curves.
@Suite struct SweepIdentityTests {
  private func settings(_ overrides: String...) throws -> String {
    let document = try ConfigurationDocument.parse(
      "{case_study: gains, seed: 1, sweep: {splits: [test], iterations: 8, note: ''}}", name: "test.yaml", overrides: overrides)
    _ = try document.root.text("case_study", "")
    _ = try document.root.integer("seed", in: 0..., "")
    let sweep = try document.section("sweep", "")
    _ = try sweep.texts("splits", "")
    _ = try sweep.integer("iterations", in: 1..., "")
    _ = try sweep.text("note", "")
    return SweepStage.identity(of: document, device: .cpu, parts: []).hash
  }

  @Test func `Every setting of a sweep counts but the splits of the pipeline`() throws {
    #expect(try settings() == settings("sweep.splits=[train, test]"))
    for override in ["sweep.iterations=9", "seed=2", "case_study=others"] {
      #expect(try settings(override) != settings(), "\(override)")
    }
  }

  @Test func `A setting counts whatever words are in its value`() throws {
    #expect(try settings("sweep.note='splits: a'") != settings("sweep.note='splits: b'"))
    #expect(try settings("sweep.note='a'") != settings("sweep.note='splits: b'"))
  }
}
