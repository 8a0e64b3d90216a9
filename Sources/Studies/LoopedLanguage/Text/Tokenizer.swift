import Foundation

/// A byte-level BPE tokenizer as `tokenizer.json` of the Python library tokenizers describes it.
public struct Tokenizer: Sendable {
  /// A token that is found in the text before any splitting.
  struct AddedToken: Equatable, Sendable {
    var id: Int
    var content: String
    var isSpecial: Bool
  }

  let vocabulary: [String: Int]
  /// Text of each id, over the byte alphabet, or as it is for added tokens.
  private let contents: [Int: String]
  private let merges: BytePairMerges
  /// Whether a piece that is in the vocabulary is taken whole, without merging.
  private let ignoresMerges: Bool
  /// Token of each byte; nil where the vocabulary has none.
  private let byteTokens: [Int?]
  private let unknown: Int?
  private let normalizesToNFC: Bool
  private let prefixesSpace: Bool
  private let splitters: [TextSplitter]
  private let added: [AddedToken]
  private let addedByFirstByte: [UInt8: [(bytes: [UInt8], token: AddedToken)]]
  private let specialIds: Set<Int>
  /// Tokens put before and after a text when special tokens are asked for.
  let prefix: [Int]
  let suffix: [Int]

  /// The parts of a tokenizer, as they are read from JSON.
  struct Parts {
    var vocabulary: [String: Int]
    var merges: BytePairMerges
    var ignoresMerges: Bool
    var unknown: Int?
    var normalizesToNFC: Bool
    var prefixesSpace: Bool
    var splitters: [TextSplitter]
    var added: [AddedToken]
    var prefix: [Int]
    var suffix: [Int]
  }

  init(_ parts: Parts) {
    vocabulary = parts.vocabulary
    merges = parts.merges
    ignoresMerges = parts.ignoresMerges
    unknown = parts.unknown
    normalizesToNFC = parts.normalizesToNFC
    prefixesSpace = parts.prefixesSpace
    splitters = parts.splitters
    prefix = parts.prefix
    suffix = parts.suffix
    added = parts.added
    byteTokens = ByteAlphabet.scalars.map { parts.vocabulary[String($0)] }
    var contents = Dictionary(parts.vocabulary.map { ($1, $0) }, uniquingKeysWith: { min($0, $1) })
    for token in parts.added { contents[token.id] = token.content }
    self.contents = contents
    specialIds = Set(parts.added.filter(\.isSpecial).map(\.id))
    // The longest first, so that it wins at a position.
    let sorted = parts.added.filter { !$0.content.isEmpty }.map { (bytes: Array($0.content.utf8), token: $0) }
      .sorted { $0.bytes.count > $1.bytes.count }
    addedByFirstByte = Dictionary(grouping: sorted) { $0.bytes[0] }
  }

  /// Number of ids, counted to the largest one.
  public var vocabularySize: Int { (contents.keys.max() ?? -1) + 1 }

  /// The number of a token by its text; nil if there is none.
  public func id(of content: String) -> Int? {
    added.first { $0.content == content }?.id ?? vocabulary[content]
  }

  // MARK: Encoding

  /// The ids of a text.
  ///
  /// - Parameter addingSpecialTokens: puts the tokens of the post-processor around the text.
  public func encode(_ text: String, addingSpecialTokens: Bool = false) -> [Int] {
    let ids = segments(of: text).flatMap { segment in
      switch segment {
      case .token(let id): [id]
      case .text(let text): encodePlain(text)
      }
    }
    return addingSpecialTokens ? prefix + ids + suffix : ids
  }

  private enum Segment {
    case text(String)
    case token(Int)
  }

  /// The text between added tokens, and these: the leftmost first, of those the longest.
  private func segments(of text: String) -> [Segment] {
    let bytes = Array(text.utf8)
    var segments: [Segment] = []
    var (start, position) = (0, 0)
    func flush() {
      if start < position { segments.append(.text(String(decoding: bytes[start..<position], as: UTF8.self))) }
    }
    while position < bytes.count {
      let candidates = addedByFirstByte[bytes[position]] ?? []
      guard let found = candidates.first(where: { bytes[position...].starts(with: $0.bytes) }) else {
        position += 1
        continue
      }
      flush()
      segments.append(.token(found.token.id))
      position += found.bytes.count
      start = position
    }
    flush()
    return segments
  }

  private func encodePlain(_ text: String) -> [Int] {
    var text = normalizesToNFC ? text.precomposedStringWithCanonicalMapping : text
    if prefixesSpace, text.utf8.first != UInt8(ascii: " ") { text = " " + text }
    return splitters.reduce([text]) { pieces, splitter in pieces.flatMap(splitter.pieces) }.flatMap(encodePiece)
  }

  private func encodePiece(_ piece: String) -> [Int] {
    if ignoresMerges, let whole = vocabulary[ByteAlphabet.text(piece.utf8)] { return [whole] }
    return merges(piece.utf8.compactMap { byteTokens[Int($0)] ?? unknown })
  }

  // MARK: Decoding

  /// The text of ids. Bytes that are no UTF-8 become U+FFFD; ids that the tokenizer does not have are left out.
  ///
  /// - Parameters:
  ///   - skippingSpecialTokens: leaves out special tokens.
  ///   - cleaningUp: removes spaces before punctuation, as `clean_up_tokenization_spaces` asks for.
  public func decode(_ ids: [Int], skippingSpecialTokens: Bool = false, cleaningUp: Bool = false) -> String {
    var bytes: [UInt8] = []
    for id in ids where !(skippingSpecialTokens && specialIds.contains(id)) {
      guard let content = contents[id] else { continue }
      bytes += ByteAlphabet.bytes(of: content) ?? Array(content.utf8)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return cleaningUp ? TextCleanup.applied(to: text) : text
  }

  /// The token of an id as tokenizer.json writes it.
  func token(_ id: Int) -> String? { contents[id] }
}
