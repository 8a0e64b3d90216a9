import Foundation
import Support

/// Pairs of prompts that ask the same of a word in two fields, where it means different things.
struct ContrastPairs: Sendable {
  struct Pair: Equatable, Sendable {
    var first: String
    var second: String
  }

  let pairs: [Pair]

  /// Every row of the table with every template.
  ///
  /// - Parameters:
  ///   - table: lines of a word and two fields, separated by tabs; empty lines and those that begin with # do not count.
  ///   - templates: prompts with `{word}` and `{field}`.
  ///   - count: pairs that are kept, the first ones; nil for all.
  /// - Throws: `Failure` (missing input, bad data) that names the line.
  init(table path: String, templates: [String], count: Int?) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(.missingInput, "cannot read the table of words", at: path, remedy: "check sweep.checkpoint.words")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw Failure(.badData, "the table is not UTF-8", at: path, remedy: "save it as UTF-8")
    }
    var pairs: [Pair] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
      if line.hasPrefix("#") || cells == [""] { continue }
      guard cells.count == 3, cells.allSatisfy({ !$0.isEmpty }), cells[1] != cells[2] else {
        throw Failure(
          .badData, "expected a word and two different fields, separated by tabs, found `\(line)`", at: "\(path):\(number + 1)",
          remedy: "one word and its two fields on a line")
      }
      pairs += templates.map { template in
        func prompt(_ field: String) -> String {
          template.replacingOccurrences(of: "{word}", with: cells[0]).replacingOccurrences(of: "{field}", with: field)
        }
        return Pair(first: prompt(cells[1]), second: prompt(cells[2]))
      }
    }
    guard !pairs.isEmpty, pairs.count >= count ?? 0 else {
      throw Failure(
        .badData, "expected \(count ?? 1) pairs, found \(pairs.count)", at: path,
        remedy: "add words or templates, or lower sweep.checkpoint.pairs")
    }
    self.pairs = Array(pairs.prefix(count ?? pairs.count))
  }
}
