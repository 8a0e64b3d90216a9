import Foundation
import Records
import StudyKit
import Support

extension Tokenizer {
  /// Reads a tokenizer.json.
  ///
  /// - Throws: `Failure`: missing input, or bad data that names what is wrong or not supported.
  public init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(.missingInput, "cannot read the tokenizer", at: path, remedy: "download tokenizer.json beside the model")
    }
    try self.init(json: data, location: path)
  }

  /// - Parameter location: where the text comes from, for messages.
  public init(json data: Data, location: String) throws {
    let file: TokenizerFile
    do {
      file = try JSONDecoder().decode(TokenizerFile.self, from: data)
    } catch {
      throw Failure(
        .badData, "expected the tokenizer of a byte-level BPE model: \(Self.explained(error))", at: location,
        remedy: "fetch tokenizer.json again")
    }
    self.init(try file.parts(location))
  }

  private static func explained(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "the file is not JSON" }
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    return switch error {
    case .typeMismatch(let type, let context): "`\(path(context))` is not \(type)"
    case .valueNotFound(_, let context): "`\(path(context))` is null"
    case .keyNotFound(let key, let context): "`\(path(context))` has no `\(key.stringValue)`"
    case .dataCorrupted(let context): context.debugDescription
    @unknown default: "it cannot be read"
    }
  }
}

/// The parts of tokenizer.json that a byte-level BPE tokenizer needs.
private struct TokenizerFile: Decodable {
  struct Added: Decodable {
    var id: Int
    var content: String
    var special: Bool?
    var singleWord: Bool?
    var lstrip: Bool?
    var rstrip: Bool?

    enum CodingKeys: String, CodingKey {
      case id, content, special, lstrip, rstrip
      case singleWord = "single_word"
    }
  }

  /// A normalizer, pre-tokenizer, post-processor or decoder; which fields it has depends on its type.
  struct Component: Decodable {
    struct Pattern: Decodable {
      var regex: String?
      var string: String?

      enum CodingKeys: String, CodingKey {
        case regex = "Regex"
        case string = "String"
      }
    }
    struct Special: Decodable {
      var ids: [Int]
    }
    struct Piece: Decodable {
      struct Name: Decodable { var id: String }
      var specialToken: Name?
      var sequence: Name?

      enum CodingKeys: String, CodingKey {
        case specialToken = "SpecialToken"
        case sequence = "Sequence"
      }
    }
    var type: String
    var pretokenizers: [Component]?
    var processors: [Component]?
    var pattern: Pattern?
    var behavior: String?
    var invert: Bool?
    var addPrefixSpace: Bool?
    var useRegex: Bool?
    var single: [Piece]?
    var specialTokens: [String: Special]?

    enum CodingKeys: String, CodingKey {
      case type, pretokenizers, processors, pattern, behavior, invert, single
      case addPrefixSpace = "add_prefix_space"
      case useRegex = "use_regex"
      case specialTokens = "special_tokens"
    }
  }

  struct Merges: Decodable {
    var pairs: [[String]]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let texts = try? container.decode([String].self) {
        pairs = texts.map { $0.split(separator: " ", omittingEmptySubsequences: false).map(String.init) }
      } else {
        pairs = try container.decode([[String]].self)
      }
    }
  }

  struct Model: Decodable {
    var type: String?
    var vocab: [String: Int]
    var merges: Merges
    var ignoreMerges: Bool?
    var byteFallback: Bool?
    var dropout: Double?
    var unkToken: String?
    var continuingSubwordPrefix: String?
    var endOfWordSuffix: String?

    enum CodingKeys: String, CodingKey {
      case type, vocab, merges, dropout
      case ignoreMerges = "ignore_merges"
      case byteFallback = "byte_fallback"
      case unkToken = "unk_token"
      case continuingSubwordPrefix = "continuing_subword_prefix"
      case endOfWordSuffix = "end_of_word_suffix"
    }
  }

  var addedTokens: [Added]?
  var normalizer: Component?
  var preTokenizer: Component?
  var postProcessor: Component?
  var decoder: Component?
  var model: Model

  enum CodingKeys: String, CodingKey {
    case normalizer, decoder, model
    case addedTokens = "added_tokens"
    case preTokenizer = "pre_tokenizer"
    case postProcessor = "post_processor"
  }

  /// Ids above this are no ids of a vocabulary.
  private static let largestId = 1 << 24

  func parts(_ location: String) throws -> Tokenizer.Parts {
    func broken(_ problem: String) -> Failure {
      Failure(.badData, problem, at: location, remedy: "fetch tokenizer.json again; only byte-level BPE tokenizers are supported")
    }
    guard (model.type ?? "BPE") == "BPE" else { throw broken("expected a model of type BPE, found \(model.type ?? "none")") }
    guard model.byteFallback != true, (model.dropout ?? 0) == 0, (model.continuingSubwordPrefix ?? "").isEmpty,
      (model.endOfWordSuffix ?? "").isEmpty
    else { throw broken("byte_fallback, dropout, subword prefixes and word suffixes are not supported") }
    let added = try (addedTokens ?? []).map { token in
      guard token.singleWord != true, token.lstrip != true, token.rstrip != true else {
        throw broken("the added token `\(token.content)` has single_word, lstrip or rstrip, which are not supported")
      }
      return Tokenizer.AddedToken(id: token.id, content: token.content, isSpecial: token.special ?? false)
    }
    let ids = Array(model.vocab.values) + added.map(\.id)
    if let wrong = ids.first(where: { !(0...Self.largestId).contains($0) }) {
      throw broken("expected ids from 0 to \(Self.largestId), found \(wrong)")
    }
    guard Set(model.vocab.values).count == model.vocab.count else { throw broken("two tokens have the same id") }
    var parts = Tokenizer.Parts(
      vocabulary: model.vocab, merges: try merges(broken), ignoresMerges: model.ignoreMerges ?? false,
      unknown: model.unkToken.flatMap { model.vocab[$0] }, normalizesToNFC: false, prefixesSpace: false, splitters: [],
      added: added, prefix: [], suffix: [])
    switch normalizer?.type {
    case nil: break
    case "NFC": parts.normalizesToNFC = true
    case let other?: throw broken("expected no normalizer or NFC, found \(other)")
    }
    try addSplitters(preTokenizer, to: &parts, location, broken)
    try addTemplate(postProcessor, to: &parts, broken)
    guard decoder.map({ $0.type == "ByteLevel" }) ?? false else {
      throw broken("expected a decoder of type ByteLevel, found \(decoder?.type ?? "none")")
    }
    return parts
  }

  private func merges(_ broken: (String) -> Failure) throws -> BytePairMerges {
    var merges: [BytePairMerges.Pair: BytePairMerges.Merge] = [:]
    for (rank, pair) in model.merges.pairs.enumerated() {
      guard pair.count == 2, let left = model.vocab[pair[0]], let right = model.vocab[pair[1]],
        let token = model.vocab[pair[0] + pair[1]]
      else { throw broken("merge \(rank), \(pair), is no pair of tokens whose union is a token") }
      // Of a pair that is listed twice, the later entry counts, as in a table that is filled in order.
      merges[.init(left: left, right: right)] = .init(rank: rank, token: token)
    }
    return BytePairMerges(merges: merges)
  }

  private func addSplitters(
    _ component: Component?, to parts: inout Tokenizer.Parts, _ location: String, _ broken: (String) -> Failure
  ) throws {
    guard let component else { return }
    switch component.type {
    case "Sequence":
      for part in component.pretokenizers ?? [] { try addSplitters(part, to: &parts, location, broken) }
    case "Split":
      guard let behavior = TextSplitter.Behavior(rawValue: component.behavior ?? "") else {
        throw broken("expected a Split that is Isolated or Removed, found \(component.behavior ?? "none")")
      }
      guard let pattern = component.pattern?.regex ?? component.pattern?.string.map(NSRegularExpression.escapedPattern) else {
        throw broken("expected a Split with a pattern")
      }
      parts.splitters.append(
        try TextSplitter(pattern: pattern, behavior: behavior, invert: component.invert ?? false, location: location))
    case "ByteLevel":
      if component.addPrefixSpace ?? true {
        guard parts.splitters.isEmpty else { throw broken("add_prefix_space after a Split is not supported") }
        parts.prefixesSpace = true
      }
      if component.useRegex ?? true {
        parts.splitters.append(
          try TextSplitter(pattern: TextSplitter.gpt2Pattern, behavior: .isolated, invert: false, location: location))
      }
    default: throw broken("expected a pre-tokenizer of type Split, ByteLevel or Sequence, found \(component.type)")
    }
  }

  private func addTemplate(
    _ component: Component?, to parts: inout Tokenizer.Parts, _ broken: (String) -> Failure
  ) throws {
    guard let component else { return }
    switch component.type {
    case "ByteLevel": break  // moves offsets only
    case "Sequence":
      for part in component.processors ?? [] { try addTemplate(part, to: &parts, broken) }
    case "TemplateProcessing":
      var isBefore = true
      for piece in component.single ?? [] {
        if piece.sequence != nil {
          isBefore = false
        } else if let name = piece.specialToken?.id, let ids = component.specialTokens?[name]?.ids {
          if isBefore { parts.prefix += ids } else { parts.suffix += ids }
        } else {
          throw broken("the template names a special token that it does not define")
        }
      }
    default: throw broken("expected a post-processor of type TemplateProcessing, found \(component.type)")
    }
  }
}
