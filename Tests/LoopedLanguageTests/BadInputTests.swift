import Foundation
import Testing
import Torch

@testable import LoopedLanguage
@testable import Records
@testable import StudyKit
@testable import Support

@Suite struct BadCheckpointTests {
  let workspace: Workspace
  let folder: String

  init() throws {
    workspace = try Workspace()
    folder = try workspace.checkpoint()
  }

  func replace(_ part: String, by replacement: String, in name: String) throws {
    let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    #expect(text.contains(part), "\(part)")
    try text.replacingOccurrences(of: part, with: replacement)
      .write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
  }

  func failure() throws -> Failure {
    try #require(throws: Failure.self) {
      let checkpoint = try HuginnCheckpoint(folder)
      _ = try checkpoint.tokenizer()
      _ = try checkpoint.model(type: .float32)
    }
  }

  @Test(arguments: [
    ("\"n_embd\": 48", "\"n_embd\": 56", "head_dim"), ("\"n_heads\": 4", "\"n_heads\": 5", "key and value"),
    ("\"n_heads\": 4", "\"n_heads\": 0", "n_heads"), ("\"head_dim\": 12", "\"head_dim\": 13", "head_dim"),
    ("\"block_size\": 64", "\"block_size\": 65", "freqs_cis"),
    ("\"n_layers_in_prelude\": 1", "\"n_layers_in_prelude\": 2", "prelude.1"),
    ("\"n_layers_in_prelude\": 1", "\"n_layers_in_prelude\": 0", "prelude.0"),
    ("\"intermediate_size\": 96", "\"intermediate_size\": 95", "mlp"),
    ("\"tie_embeddings\": true", "\"tie_embeddings\": false", "lm_head"),
    ("\"padded_vocab_size\": 400", "\"padded_vocab_size\": 300", "300"), ("\"qk_bias\": true", "\"qk_bias\": false", "qk_bias"),
    ("huginn_raven", "llama", "llama"), ("\"injection_type\": \"linear\"", "\"injection_type\": \"add\"", "add"),
    ("\"bos_token_id\": 384", "\"bos_token_id\": 5", "384"),
    ("\"num_key_value_heads\": 4", "\"num_key_value_heads\": 2", "key and value"),
    ("\"n_embd\": 48", "\"n_embd\": 1e300", "configuration"), ("\"n_embd\": 48,", "", "n_embd"), ("{", "[", "configuration"),
  ]) func `A configuration that contradicts the weights or the tokenizer is refused`(
    part: String, replacement: String, named: String
  ) throws {
    try replace(part, by: replacement, in: "config.json")
    let failure = try failure()
    #expect(failure.status == .badData)
    #expect(failure.description.contains(named), "\(failure)")
  }

  @Test(arguments: ["config.json", "tokenizer.json", "model.safetensors"])
  func `A missing file is named`(name: String) throws {
    try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    let failure = try failure()
    #expect(failure.status == .missingInput)
    #expect(failure.location?.hasSuffix(name) == true)
  }

  @Test func `Missing and foreign arrays are named`() throws {
    let path = "\(folder)/model.safetensors"
    let tensors = try Safetensors.read(path).sorted { $0.key < $1.key }.map { (name: $0.key, tensor: $0.value) }
    try Safetensors.write(tensors.filter { $0.name != "transformer.ln_f.weight" }, to: path)
    #expect(try failure().description.contains("transformer.ln_f.weight"))
    try Safetensors.write(tensors + [(name: "stranger", tensor: .zeros([2]))], to: path)
    #expect(try failure().problem.contains("stranger"))
    try Safetensors.write(
      tensors.map { ($0.name, $0.name.hasSuffix("ln_f.weight") ? try Tensor.full([48], .nan) : $0.tensor) }, to: path)
    #expect(try failure().problem.contains("finite"))
    try Safetensors.write(
      tensors.map { ($0.name, $0.name.hasSuffix("ln_f.weight") ? try $0.tensor.to(type: .int64) : $0.tensor) }, to: path)
    #expect(try failure().problem.contains("floating"))
  }

  @Test func `An index that names files elsewhere or arrays that are not there is refused`() throws {
    for (map, word) in [
      (#"{"weight_map": {"a": "../x.safetensors"}}"#, "../x"), (#"{"weight_map": {"a": "model.safetensors"}}"#, "`a`"),
      ("{}", "weight_map"),
    ] {
      try map.write(toFile: "\(folder)/model.safetensors.index.json", atomically: true, encoding: .utf8)
      #expect(try failure().problem.contains(word))
    }
  }
}

/// Changes of bytes that keep much of the rest: flips, cuts, repeats, numbers at their limits.
private struct Mutation {
  var random: KeyedRandom

  init(_ index: Int, stream: String) { random = KeyedRandom(seed: 7, stream: stream, index: UInt64(index)) }

  mutating func applied(to original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0..<(1 + random.integer(below: 4)) {
      guard !bytes.isEmpty else { return bytes }
      let position = random.integer(below: bytes.count)
      switch random.integer(below: 6) {
      case 0: bytes[position] ^= UInt8(1 << random.integer(below: 8))
      case 1: bytes[position] = UInt8(random.integer(below: 256))
      case 2: bytes.removeSubrange(position..<min(bytes.count, position + 1 + random.integer(below: 8)))
      case 3: bytes.insert(contentsOf: bytes[position..<min(bytes.count, position + 1 + random.integer(below: 16))], at: position)
      case 4: bytes.removeLast(random.integer(below: bytes.count))
      default:
        let numbers = ["-1", "9223372036854775807", "18446744073709551616", "1e99", "0", "null", "[]", "\"\""]
        bytes.replaceSubrange(
          position..<min(bytes.count, position + 1 + random.integer(below: 3)),
          with: Array(numbers[random.integer(below: 8)].utf8))
      }
    }
    return bytes
  }
}

/// How many mutated inputs each parser is given; a few seconds each.
private let fuzzCount = 100_000

@Suite struct FuzzTests {
  @Test func `Mutated safetensors files are read within their bounds or refused, never a crash`() throws {
    let workspace = try Workspace()
    let path = "\(workspace.path)/a.safetensors"
    try Safetensors.write(
      [
        ("a", try Tensor(floats: [1, 2, 3, 4], shape: [2, 2])), ("bc", try .zeros([3], type: .bfloat16)), ("d", try .zeros([0])),
      ], to: path)
    let original = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    var accepted = 0
    for index in 0..<fuzzCount {
      var mutation = Mutation(index, stream: "safetensors")
      // A buffer of exactly these bytes: reading beyond it would be seen by a memory checker.
      let data = Data(mutation.applied(to: original))
      do {
        let file = try SafetensorsFile(data, path: "mutated")
        for (name, entry) in file.entries {
          let tensor = try #require(try file.tensor(name))
          #expect(tensor.shape == entry.shape && tensor.count * entry.type.size <= data.count)
        }
        accepted += 1
      } catch let failure as Failure {
        #expect(failure.status == .badData)
      }
    }
    #expect(accepted < fuzzCount && accepted > 0)
  }

  @Test func `Mutated tokenizers encode and decode or are refused, never a crash`() throws {
    let original = Array(
      """
      {"added_tokens":[{"id":9,"content":"<s>","special":true}],"normalizer":null,"pre_tokenizer":{"type":"Sequence",\
      "pretokenizers":[{"type":"Split","pattern":{"Regex":"\\\\p{L}+|\\\\s+|."},"behavior":"Isolated","invert":false},\
      {"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]},"post_processor":{"type":"TemplateProcessing",\
      "single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}}],"special_tokens":{"<s>":{"ids":[9]}}},\
      "decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0,"b":1,"c":2,"ab":3,"abc":4,"\u{120}":5},\
      "merges":[["a","b"],["ab","c"]]}}
      """.utf8)
    let plain = try Tokenizer(json: Data(original), location: "original")
    #expect(plain.encode("abc <s>ba", addingSpecialTokens: true) == [9, 4, 5, 9, 1, 0])
    var accepted = 0
    for index in 0..<fuzzCount {
      var mutation = Mutation(index, stream: "tokenizer")
      do {
        let tokenizer = try Tokenizer(json: Data(mutation.applied(to: original)), location: "mutated")
        let ids = tokenizer.encode("abc <s> bañ\u{0}ca", addingSpecialTokens: true)
        _ = tokenizer.decode(ids + [-1, 1 << 40], cleaningUp: true)
        accepted += 1
      } catch let failure as Failure {
        #expect(failure.status == .badData)
      }
    }
    #expect(accepted < fuzzCount && accepted > 0)
  }

  @Test(arguments: [
    ([UInt8](), "0 bytes"), ([1, 0, 0], "3 bytes"), ([255, 255, 255, 255, 255, 255, 255, 255, 1], "claims"),
    (header("[]"), "header"), (header(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#), "offsets"),
    (header(#"{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#, 4), "F99"),
    (header(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4), "shape"),
    (header(#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4), "shape"),
    (header(#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#), "shape"),
    (
      header(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4),
      "overlap"
    ),
    (header(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8), "gap"),
    (header(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8), "cover"),
  ]) func `Each way in which a safetensors header can lie has its message`(bytes: [UInt8], word: String) throws {
    let failure = try #require(throws: Failure.self) { _ = try SafetensorsFile(Data(bytes), path: "x") }
    #expect(failure.status == .badData && failure.problem.contains(word), "\(failure)")
  }
}

/// A safetensors file with this header and so many bytes of data.
private func header(_ text: String, _ data: Int = 0) -> [UInt8] {
  withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { Array($0) } + Array(text.utf8) + Array(repeating: 0, count: data)
}
