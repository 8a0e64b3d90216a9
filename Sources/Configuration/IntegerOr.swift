/// A value that is a number or one of a few words, for example an iteration: `8`, `last` or `best`.
public enum IntegerOr<Word: Equatable>: Equatable {
  case integer(Int)
  case word(Word)
}

extension IntegerOr: Sendable where Word: Sendable {}

extension ConfigurationSection {
  /// An integer, or one of the cases of an enumeration by its raw value.
  public func integerOrChoice<Range: ConfigurationRange<Int>, Word: RawRepresentable & CaseIterable & Equatable>(
    _ key: String, default fallback: IntegerOr<Word>? = nil, in range: Range, _ meaning: String
  ) throws -> IntegerOr<Word> where Word.RawValue == String {
    let integer = ValueKind<Int>.integer(range.bounds)
    let word: ValueKind<Word> = try choiceKind()
    let kind = ValueKind<IntegerOr<Word>>(
      name: "integer or choice",
      range: [integer.range, word.range].compactMap { $0 }.joined(separator: "; or "),
      placeholder: .integer(integer.placeholder),
      decode: { node throws(Mismatch) in
        if let value = try? integer.decode(node) { return .integer(value) }
        return .word(try word.decode(node))
      },
      encode: { value in
        switch value {
        case .integer(let value): integer.encode(value)
        case .word(let value): word.encode(value)
        }
      })
    return try read(key, kind, default: fallback, meaning)
  }
}

extension ConfigurationSection {
  /// Whether the keys are read to describe them: there are no values, so nothing to check between them.
  public var isDescribing: Bool { context.isDescribing }
}
