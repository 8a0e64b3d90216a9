import Records
import Testing

@testable import Stages

/// What the generation saves on its way.
@Suite struct GeneratedBlockTests {
  @Test func `Blocks of samples come back as they were`() throws {
    let block = GeneratedBlock(
      split: .test, draws: 32,
      samples: SampleBlock(
        draws: [3, 5], fields: ["c": .real([1, .nan]), "m": .single([1.5, -0.0]), "n": .integer([.min, .max])]))
    let again = try GeneratedBlock(ResumeDecoder(block.entry.data, of: "a.partial"))
    #expect(again.split == .test && again.draws == 32 && again.samples.draws == [3, 5])
    #expect(again.entry.data == block.entry.data && again.samples.fields["m"] == .single([1.5, -0.0]))
  }
}
