import HDF5

/// Distances between texts and between sequences of tokens.
enum SequenceDistance {
  /// The Levenshtein distance: the fewest insertions, deletions and substitutions of elements that turn one into the other.
  static func levenshtein<Element: Hashable>(_ a: [Element], _ b: [Element]) -> Int {
    var previous = Array(0...b.count)
    for (row, left) in a.enumerated() {
      var current = [row + 1]
      current.reserveCapacity(b.count + 1)
      for (column, right) in b.enumerated() {
        current.append(
          min(previous[column] + (left == right ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[b.count]
  }

  /// The Levenshtein distance of two texts as sequences of words, split at white space.
  static func words(_ a: String, _ b: String) -> Int {
    levenshtein(words(of: a), words(of: b))
  }

  /// Words as arrays of scalars: Swift's string equality would take canonically equivalent words for the same.
  private static func words(of text: String) -> [[Unicode.Scalar]] {
    text.unicodeScalars.split { $0.properties.isWhitespace }.map(Array.init)
  }
}
