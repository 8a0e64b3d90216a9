import Foundation
import Support

/// Cuts text into the pieces that byte-pair merges never cross.
struct TextSplitter: Sendable {
  /// Which pieces are kept.
  enum Behavior: String, CaseIterable, Sendable {
    /// Matches and what lies between them.
    case isolated = "Isolated"
    /// Only what lies between matches; with `invert`, only matches. The rest is lost.
    case removed = "Removed"
  }

  /// Expressions are never changed after they are made, and matching is safe from several threads.
  private struct Expression: @unchecked Sendable { let value: NSRegularExpression }

  private let expression: Expression
  private let behavior: Behavior
  private let invert: Bool

  /// The expression of GPT-2, which byte-level tokenizers use unless they say otherwise.
  static let gpt2Pattern =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  /// - Parameter pattern: a regular expression as tokenizer.json writes it.
  /// - Throws: `Failure` (bad data) for an expression that cannot be read.
  init(pattern: String, behavior: Behavior, invert: Bool, location: String) throws {
    self.behavior = behavior
    self.invert = invert
    do {
      expression = Expression(value: try NSRegularExpression(pattern: Self.translated(pattern)))
    } catch {
      throw Failure(
        .badData, "expected a regular expression, found `\(pattern.prefix(200))`", at: location,
        remedy: "fetch tokenizer.json again")
    }
  }

  /// The same expression for ICU, whose `\s` leaves out some white space that Unicode, and with it Oniguruma, counts.
  private static func translated(_ pattern: String) -> String {
    var result = ""
    var isEscaped = false
    for character in pattern {
      switch (isEscaped, character) {
      case (true, "s"): result += "p{White_Space}"
      case (true, "S"): result += "P{White_Space}"
      default: result.append(character)
      }
      isEscaped = !isEscaped && character == "\\"
    }
    return result
  }

  func pieces(of text: String) -> [String] {
    let units = Array(text.utf16)
    func piece(_ range: Range<Int>) -> String { String(decoding: units[range], as: UTF16.self) }
    var pieces: [String] = []
    var end = 0
    func keep(_ range: Range<Int>, isMatch: Bool) {
      guard !range.isEmpty, behavior == .isolated || isMatch == invert else { return }
      pieces.append(piece(range))
    }
    for match in expression.value.matches(in: text, range: NSRange(location: 0, length: units.count)) {
      let range = match.range.location..<(match.range.location + match.range.length)
      guard !range.isEmpty else { continue }
      keep(end..<range.lowerBound, isMatch: false)
      keep(range, isMatch: true)
      end = range.upperBound
    }
    keep(end..<units.count, isMatch: false)
    return pieces
  }
}
