import Testing

@testable import Support

@Suite struct EditDistanceTests {
  @Test(arguments: [
    ("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("steps", "stpes", 1), ("iterations", "iteratons", 1),
    ("ca", "abc", 3),
    ("Seed", "seed", 0),
  ])
  func `Counts edits, a swap of neighbours as one`(_ first: String, _ second: String, _ expected: Int) {
    #expect(editDistance(first, second) == expected)
    #expect(editDistance(second, first) == expected)
  }

  @Test func `Is zero for equal words only and bounded by the longer word`() {
    for seed in 0..<200 {
      var random = KeyedRandom(seed: UInt64(seed), stream: "words")
      let words = (0..<2).map { _ in
        String((0..<random.integer(below: 8)).map { _ in "abc".randomElement(using: &random)! })
      }
      let distance = editDistance(words[0], words[1])
      #expect((distance == 0) == (words[0] == words[1]))
      #expect(distance <= max(words[0].count, words[1].count))
      #expect(distance >= abs(words[0].count - words[1].count))
    }
  }

  @Test func `Suggests the nearest word, and only lists when nothing is near`() {
    #expect(
      suggestion(for: "stpes", among: ["seed", "steps"], called: "keys") == "did you mean `steps`? keys: steps, seed")
    #expect(suggestion(for: "viscosity", among: ["a", "b"], called: "keys") == "keys: a, b")
    #expect(suggestion(for: "x", among: [], called: "keys") == "there are no keys here")
  }
}
