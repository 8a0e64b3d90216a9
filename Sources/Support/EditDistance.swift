/// How many single-character edits (insert, delete, replace, swap two neighbours) turn one word into another: the
/// Damerau-Levenshtein distance in its restricted form ("optimal string alignment", Damerau 1964).
package func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first.lowercased())
  let b = Array(second.lowercased())
  // Rows i-2, i-1 and i of the table whose entry j is the distance between the first i and the first j characters.
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for i in 0..<a.count {
    var current = [i + 1]
    for j in 0..<b.count {
      var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforePrevious[j - 1] + 1) }
      current.append(best)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[b.count]
}

/// The candidates with the nearest to `word` first; equally near ones in their given order.
func sortedByNearness(to word: String, _ candidates: [String]) -> [String] {
  candidates.enumerated()
    .map { (distance: editDistance(word, $0.element), position: $0.offset, name: $0.element) }
    .sorted { ($0.distance, $0.position) < ($1.distance, $1.position) }
    .map(\.name)
}

/// What to write instead of an unknown word: the nearest valid one if it is near enough to be meant, and all valid
/// ones.
public func suggestion(for word: String, among valid: [String], called kind: String) -> String {
  let sorted = sortedByNearness(to: word, valid)
  guard let nearest = sorted.first else { return "there are no \(kind) here" }
  let all = "\(kind): \(sorted.joined(separator: ", "))"
  // More than half the letters changed is another word, not a typing mistake.
  return editDistance(word, nearest) * 2 <= max(word.count, nearest.count) ? "did you mean `\(nearest)`? \(all)" : all
}
