import Foundation
import Records

/// A tokenizer whose tokens are the words of a task, as a tokenizer.json that any reader of the format understands. A text is
/// every word with a space in front.
enum WordTokenizer {
  static let padding = "<|pad|>"

  static func text(_ words: [String]) -> String { words.map { " \($0)" }.joined() }

  /// The JSON of the tokenizer: the padding is token 0, then the words in their order.
  static func json(_ words: [String]) throws -> String {
    let vocabulary = words.enumerated().map { (ByteAlphabet.text(" \($1)".utf8), $0 + 1) }
    let special: [String: Any] = [
      "id": 0, "content": padding, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
      "special": true,
    ]
    let whole: [String: Any] = [
      "version": "1.0", "added_tokens": [special],
      "pre_tokenizer": [
        "type": "Sequence",
        "pretokenizers": [
          ["type": "Split", "pattern": ["Regex": " [^ ]+"], "behavior": "Isolated", "invert": false] as [String: Any],
          ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false],
        ],
      ] as [String: Any],
      "decoder": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false]
        as [String: Any],
      "model": [
        "type": "BPE", "vocab": Dictionary(uniqueKeysWithValues: vocabulary), "merges": [String](), "ignore_merges": true,
      ] as [String: Any],
    ]
    let data = try JSONSerialization.data(withJSONObject: whole, options: [.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self)
  }
}
