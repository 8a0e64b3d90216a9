import Foundation
import HDF5
import TestSupport
import Testing
import Torch

@testable import LoopedLanguage

// Tests/Fixtures/huginn_tiny*: a random model of width 48 run by the public implementation
// (seal-rg/recurrent-pretraining @ 59e0b69, torch 2.13). Logits are of size 9, their float32 rounding is 1e-5.
@Suite struct FidelityTests {
  static let tolerance = 1e-4

  func model(_ name: String = "huginn_tiny", _ type: DType = .float32) throws -> LoopedTransformer {
    try HuginnCheckpoint(fixturePath(name)).model(type: type)
  }

  struct Run {
    var prelude: [Tensor]
    var recurrences: [Tensor]
    /// By number of recurrences.
    var latent: [Int: Tensor] = [:]
    var coda: [Int: Tensor] = [:]
    var logits: [Int: Tensor] = [:]
  }

  func run(_ model: LoopedTransformer, _ file: File, start: Tensor) throws -> Run {
    try Autograd.withoutTracking {
      let ids = try file.tensor("input_ids")
      let positions = try model.positions(count: ids.shape[1])
      var run = Run(prelude: [], recurrences: [])
      var input = try model.embed(ids)
      for block in model.preludeBlocks {
        input = try block(input, positions)
        run.prelude.append(input)
      }
      var state = try start.to(type: model.type)
      for count in 1...8 {
        state = try model.recur(state, input, positions)
        run.recurrences.append(state)
        guard [1, 2, 4, 8].contains(count) else { continue }
        let latent = try model.norm(state)
        run.latent[count] = latent
        run.coda[count] = try model.codaBlocks[0](latent, positions)
        run.logits[count] = try model.coda(state, positions)
      }
      return run
    }
  }

  @Test(arguments: ["given_state", "zero_state"])
  func `Hidden states after every block and recurrence, and the logits, are the reference's`(group: String) throws {
    let file = try File.open(fixturePath("huginn_tiny/huginn_tiny.h5"))
    let given = try file.tensor("input_states")
    let run = try run(model(), file, start: group == "given_state" ? given : .zeros(like: given))
    let prelude = try file.tensor("\(group)/prelude")
    for (index, value) in run.prelude.enumerated() {
      #expect(try largestDifference(value, prelude.select(0, index)) < 1e-5)
    }
    let states = try file.tensor("\(group)/recurrence")
    for (index, value) in run.recurrences.enumerated() {
      #expect(try largestDifference(value, states.select(0, index)) < 5e-5, "recurrence \(index + 1)")
    }
    for count in [1, 2, 4, 8] {
      #expect(try largestDifference(run.latent[count]!, file.tensor("\(group)/latent_steps\(count)")) < 5e-5)
      #expect(try largestDifference(run.coda[count]!, file.tensor("\(group)/coda_steps\(count)").select(0, 0)) < 5e-5)
      #expect(try largestDifference(run.logits[count]!, file.tensor("\(group)/logits_steps\(count)")) < Self.tolerance)
    }
  }

  @Test(arguments: ["given_state", "zero_state"])
  func `Logits in bfloat16 are the reference's to the rounding of the type`(group: String) throws {
    let file = try File.open(fixturePath("huginn_tiny/huginn_tiny.h5"))
    let given = try file.tensor("input_states")
    for name in ["huginn_tiny", "huginn_tiny_bf16"] {
      let run = try run(model(name, .bfloat16), file, start: group == "given_state" ? given : .zeros(like: given))
      for count in [1, 2, 4, 8] {
        let reference = try file.tensor("\(group)/logits_bf16_steps\(count)")
        let exact = try file.tensor("\(group)/logits_steps\(count)")
        let rounding = try largestDifference(reference, exact)
        // Kernels add in another order, so values may differ, but by no more than bfloat16 itself costs.
        #expect(try largestDifference(run.logits[count]!, reference) <= rounding, "\(name), \(count) steps")
        let mean = try (run.logits[count]!.to(type: .float32) - reference).abs().mean().scalar()
        #expect(mean < 0.02, "\(name), \(count) steps")
      }
    }
  }

  @Test func `A sharded file with a head of its own gives the same logits`() throws {
    let file = try File.open(fixturePath("huginn_tiny/huginn_tiny.h5"))
    let start = try file.tensor("input_states")
    let (whole, sharded) = (try run(model(), file, start: start), try run(model("huginn_tiny_sharded"), file, start: start))
    for count in [1, 2, 4, 8] { #expect(try largestDifference(whole.logits[count]!, sharded.logits[count]!) == 0) }
  }

  @Test func `An untied head is read and used`() throws {
    let workspace = try Workspace()
    let folder = try workspace.checkpoint("huginn_tiny_sharded")
    let text = try String(contentsOfFile: "\(folder)/config.json", encoding: .utf8)
    try text.replacingOccurrences(of: "\"tie_embeddings\": true", with: "\"tie_embeddings\": false")
      .write(toFile: "\(folder)/config.json", atomically: true, encoding: .utf8)
    let file = try File.open(fixturePath("huginn_tiny/huginn_tiny.h5"))
    let start = try file.tensor("input_states")
    let untied = try HuginnCheckpoint(folder).model(type: .float32)
    let head = try #require(untied.head)
    #expect(
      try largestDifference(run(untied, file, start: start).logits[4]!, file.tensor("given_state/logits_steps4"))
        < Self.tolerance)
    try head.assign(head.value * 2)
    #expect(
      try largestDifference(run(untied, file, start: start).logits[4]!, file.tensor("given_state/logits_steps4") * 2)
        < 2 * Self.tolerance)
  }

  @Test
  func `Single pieces are the reference's: rotation, norm, attention, perceptron, block, offset`() throws {
    let file = try File.open(fixturePath("huginn_tiny/huginn_tiny.h5"))
    let model = try model()
    let positions = try model.positions(count: 7)
    for name in ["q", "k"] {
      #expect(
        try largestDifference(file.tensor("rotary/\(name)").rotated(positions), file.tensor("rotary/\(name)_rotated")) < 1e-6)
    }
    let block = model.preludeBlocks[0]
    // Rounding is relative: the attention is of size 4, what leaves a norm of size 1.
    let input = try file.tensor("block/input")
    #expect(try largestDifference(block.norms[0](input), file.tensor("block/norm_1_output")) < 1e-5)
    #expect(try largestDifference(block(input, positions), file.tensor("block/output")) < 1e-5)
    // The fixture holds attention and perceptron of the block's input, without the norms before them.
    #expect(try largestDifference(block.attention(input, positions), file.tensor("block/attention_output")) < 5e-5)
    #expect(try largestDifference(block.perceptron(input), file.tensor("block/mlp_output")) < 5e-5)
    let shifted = try Positions(model.rotary, from: 5, count: 7, type: .float32, device: .cpu)
    let masked = Positions(cosine: shifted.cosine, sine: shifted.sine, mask: positions.mask)
    #expect(try largestDifference(block(input, masked), file.tensor("block/output_offset5")) < 1e-5)
  }

  @Test func `Our own rotary table is that of the checkpoint`() throws {
    let network = try model()
    let stored = network.rotary
    let computed = try RotaryTable(positions: 64, headWidth: 12, base: 50_000)
    #expect(try largestDifference(stored.cosine, computed.cosine) < 1e-6)
    #expect(try largestDifference(stored.sine, computed.sine) < 1e-6)
  }

  @Test func `The sizes in the configuration make the number of parameters`() throws {
    let checkpoint = try HuginnCheckpoint(fixturePath("huginn_tiny"))
    #expect(checkpoint.sizes.parameterCount == 117_168)
    #expect(try checkpoint.model(type: .float32).parameters.count == 117_168)
    let published = TransformerSizes(
      vocabulary: 65_536, width: 5280, heads: 55, intermediate: 17_920, prelude: 2, core: 4, coda: 2, blockSize: 4096)
    #expect(published.blockParameters == 395_398_080)
    #expect(published.parameterCount == 3_564_976_800)
  }
}
