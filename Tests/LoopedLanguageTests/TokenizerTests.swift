import Foundation
import Support
import TestSupport
import Testing

@testable import LoopedLanguage

/// Cases of the Python libraries tokenizers and transformers.
private struct Cases: Decodable {
  struct Case: Decodable {
    var text: String
    var ids: [Int]
    var idsWithSpecial: [Int]
    var tokens: [String]
    var decoded: String
    var decodedSkipSpecial: String
    var decodedSkipSpecialClean: String

    enum CodingKeys: String, CodingKey {
      case text, ids, tokens, decoded
      case idsWithSpecial = "ids_with_special"
      case decodedSkipSpecial = "decoded_skip_special"
      case decodedSkipSpecialClean = "decoded_skip_special_clean"
    }
  }
  struct Decoding: Decodable {
    var ids: [Int]
    var decoded: String
    var decodedSkipSpecial: String

    enum CodingKeys: String, CodingKey {
      case ids, decoded
      case decodedSkipSpecial = "decoded_skip_special"
    }
  }
  struct Set: Decodable {
    var vocabSize: Int
    var special: [String: Int]
    var cases: [Case]
    var decodeOnly: [Decoding]

    enum CodingKeys: String, CodingKey {
      case special, cases
      case vocabSize = "vocab_size"
      case decodeOnly = "decode_only"
    }
  }
  var tokenizers: [String: Set]
}

/// Swift's string equality takes canonically equivalent texts for the same.
private func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }

@Suite struct TokenizerTests {
  @Test(arguments: ["tokenizer.json", "tokenizer_split.json"])
  func `All reference texts have the reference's ids, tokens and decoded texts`(name: String) throws {
    let cases = try #require(try fixture(Cases.self, "huginn_tiny/tokenizer_cases.json").tokenizers[name])
    let tokenizer = try Tokenizer(contentsOf: fixturePath("huginn_tiny/\(name)"))
    #expect(tokenizer.vocabularySize == cases.vocabSize)
    for (content, id) in cases.special { #expect(tokenizer.id(of: content) == id) }
    #expect(cases.cases.count == 34)
    for item in cases.cases {
      let ids = tokenizer.encode(item.text)
      #expect(ids == item.ids, "\(item.text.debugDescription)")
      #expect(tokenizer.encode(item.text, addingSpecialTokens: true) == item.idsWithSpecial)
      #expect(ids.map { tokenizer.token($0) } == item.tokens)
      #expect(scalars(tokenizer.decode(item.ids)) == scalars(item.decoded))
      #expect(scalars(tokenizer.decode(item.ids, skippingSpecialTokens: true)) == scalars(item.decodedSkipSpecial))
      #expect(
        scalars(tokenizer.decode(item.ids, skippingSpecialTokens: true, cleaningUp: true))
          == scalars(item.decodedSkipSpecialClean))
    }
    for item in cases.decodeOnly {
      #expect(scalars(tokenizer.decode(item.ids)) == scalars(item.decoded))
      #expect(scalars(tokenizer.decode(item.ids, skippingSpecialTokens: true)) == scalars(item.decodedSkipSpecial))
    }
  }

  @Test func `Merges by rank with a queue give what joining the best pair again and again gives`() throws {
    var random = KeyedRandom(seed: 1, stream: "merges")
    // Tokens 0 to 3 are letters; each merge makes a new token of two earlier ones.
    var merges: [BytePairMerges.Pair: BytePairMerges.Merge] = [:]
    for rank in 0..<20 {
      let pair = BytePairMerges.Pair(left: random.integer(below: 4 + rank), right: random.integer(below: 4 + rank))
      if merges[pair] == nil { merges[pair] = .init(rank: rank, token: 4 + rank) }
    }
    let encoding = BytePairMerges(merges: merges)
    for _ in 0..<300 {
      let symbols = (0..<random.integer(below: 40)).map { _ in random.integer(below: 4) }
      var expected = symbols
      while let best = expected.indices.dropLast().compactMap({ i in
        merges[.init(left: expected[i], right: expected[i + 1])].map { (rank: $0.rank, position: i, token: $0.token) }
      }).min(by: { ($0.rank, $0.position) < ($1.rank, $1.position) }) {
        expected.replaceSubrange(best.position...(best.position + 1), with: [best.token])
      }
      #expect(encoding(symbols) == expected)
    }
  }

  @Test func `Levenshtein distances satisfy the reference examples`() throws {
    struct Examples: Decodable {
      struct Example: Decodable {
        var a: String
        var b: String
        var distance: Int
      }
      var distanceExamples: [Example]

      enum CodingKeys: String, CodingKey {
        case distanceExamples = "distance_examples"
      }
    }
    let examples = try fixture(Examples.self, "huginn_tiny/text_generation.json").distanceExamples
    #expect(examples.count == 10)
    for item in examples {
      #expect(SequenceDistance.words(item.a, item.b) == item.distance, "\(item.a) | \(item.b)")
      #expect(SequenceDistance.words(item.b, item.a) == item.distance)
    }
  }

  @Test(arguments: [
    (#""type": "BPE""#, #""type": "Unigram""#, "BPE"), (#""byte_fallback": false"#, #""byte_fallback": true"#, "byte_fallback"),
    (#""normalizer": null"#, #""normalizer": {"type": "Lowercase"}"#, "Lowercase"),
    (#""lstrip": false"#, #""lstrip": true"#, "lstrip"),
    (#""decoder": {"type": "ByteLevel""#, #""decoder": {"type": "Metaspace""#, "Metaspace"),
    (#""behavior": "Removed""#, #""behavior": "MergedWithNext""#, "MergedWithNext"),
    (#""pattern": {"Regex": "("#, #""pattern": {"Regex": "(("#, "regular expression"),
    (#""id": 384"#, #""id": -1"#, "-1"), (#""vocab""#, #""words""#, "vocab"),
  ]) func `A tokenizer that would be read in another way than it asks for is refused`(
    part: String, replacement: String, named: String
  ) throws {
    let text = try compactSplitTokenizer()
    #expect(text.contains(part), "\(part)")
    let changed = text.replacingOccurrences(of: part, with: replacement)
    let failure = try #require(throws: Failure.self) { _ = try Tokenizer(json: Data(changed.utf8), location: "t.json") }
    #expect(failure.status == .badData)
    #expect(failure.problem.contains(named), "\(failure)")
  }
}

/// tokenizer_split.json in the layout that the replacements above look for.
private func compactSplitTokenizer() throws -> String {
  let text = try String(contentsOfFile: fixturePath("huginn_tiny/tokenizer_split.json"), encoding: .utf8)
  let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  return lines.joined()
}
