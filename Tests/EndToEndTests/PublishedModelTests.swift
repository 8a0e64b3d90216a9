import Foundation
import HDF5
import Testing

/// A language model as it is downloaded, from its files to a file of texts.
@Suite struct PublishedModelTests {
  /// Texts of the public implementation for prompts of Tests/Fixtures/huginn_tiny.
  struct Reference: Decodable {
    struct Run: Decodable {
      var numSteps: Int
      var prompt: String
      var text: String
    }
    var maxLength: Int
    var runs: [Run]
  }

  @Test func `implicit-sweep writes the texts of the public implementation, with their distances`() async throws {
    let folder = try TemporaryFolder()
    let path = "\(Executables.repository)/Tests/Fixtures/huginn_tiny/text_generation.json"
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let reference = try decoder.decode(Reference.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    try "ring\tmathematics\tmusic\n".write(toFile: "\(folder.path)/words.tsv", atomically: true, encoding: .utf8)
    let result = try await Executables.shell(
      """
      implicit-sweep published --config pipelines/looped-language.yaml --checkpoint Tests/Fixtures/huginn_tiny \
      --set sweep.checkpoint.words=$D/words.tsv --set 'sweep.checkpoint.templates=["Explain what {word} means in {field}."]' \
      --set 'sweep.checkpoint.recurrences=[2, 4, 8]' --set sweep.checkpoint.maximum_length=\(reference.maxLength) \
      --set sweep.checkpoint.precision=float32 --set sweep.checkpoint.zero_start=true --threads 1 --out $D/texts.h5
      implicit-inspect validate $D/texts.h5 | sed 's/: valid,.*//'
      """, ["D": folder.path])
    try #require(result.output == "\(folder.path)/texts.h5\n\(folder.path)/texts.h5\n", "\(result.errors)")
    let file = try File.open("\(folder.path)/texts.h5")
    let prompts = try file.dataset("prompt").read(String.self)
    let texts = try file.dataset("text").read(String.self)
    #expect(prompts == ["Explain what ring means in mathematics.", "Explain what ring means in music."])
    for (step, recurrences) in [2, 4, 8].enumerated() {
      for side in 0..<2 {
        let run = try #require(reference.runs.first { $0.numSteps == recurrences && $0.prompt == prompts[side] })
        #expect(texts[side * 3 + step] == run.text)
      }
    }
    #expect(try file.dataset("ratio").read(Double.self) == [15, 25, 17])
    #expect(try file.dataset("input_distance").read(Int64.self) == [1])
  }

  @Test func `A dry run prices the published model from its config.json, without its weights`() async throws {
    let folder = try TemporaryFolder()
    try """
    {"model_type": "huginn_raven", "n_embd": 5280, "n_heads": 55, "intermediate_size": 17920, "padded_vocab_size": 65536,
    "block_size": 4096, "n_layers_in_prelude": 2, "n_layers_in_recurrent_block": 4, "n_layers_in_coda": 2}
    """.write(toFile: "\(folder.path)/config.json", atomically: true, encoding: .utf8)
    let line = "implicit-sweep published --config pipelines/looped-language.yaml --checkpoint $D --threads 1"
    let estimate = try await Executables.shell("\(line) --dry-run", ["D": folder.path])
    #expect(estimate.status == 0, "\(estimate.errors)")
    #expect(estimate.output.contains("parameters        3564976800") && estimate.output.contains("6.64 GiB in bfloat16"))
    let run = try await Executables.shell("\(line) --out $D/texts.h5", ["D": folder.path])
    #expect(run.status == 66 && run.errors.contains("tokenizer.json"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["config.json"])
  }
}
