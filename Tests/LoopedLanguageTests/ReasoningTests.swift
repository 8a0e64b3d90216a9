import Foundation
import Support
import Testing

@testable import LoopedLanguage

@Suite struct ReasoningTests {
  static let tasks: [any ReasoningTask] = [
    PointerChasing(nodes: 10, map: .cycle), PointerChasing(nodes: 8, map: .permutation), PointerChasing(nodes: 7, map: .function),
    ModularArithmetic(modulus: 5), GroupWords(elements: 4),
  ]

  /// f of the words `0:4 1:7 ...`, which must come in the order of the nodes.
  func table(_ words: ArraySlice<String>) throws -> [Int] {
    try words.enumerated().map { node, word in
      let parts = word.split(separator: ":").map { Int($0) }
      #expect(parts.count == 2 && parts[0] == node)
      return try #require(parts[1])
    }
  }

  /// Nodes on the cycle of node 0.
  func cycleLength(_ table: [Int]) -> Int {
    var (node, length) = (table[0], 1)
    while node != 0 && length <= table.count { (node, length) = (table[node], length + 1) }
    return length
  }

  @Test(arguments: [PointerChasing.Map.cycle, .permutation, .function])
  func `Pointer chasing is repeated application of the table in the prompt`(map: PointerChasing.Map) throws {
    let task = PointerChasing(nodes: 9, map: map)
    var random = KeyedRandom(seed: 1, stream: "chasing")
    var lengths: Set<Int> = []
    for draw in 0..<80 {
      let hops = 1 + draw % 8
      let problem = task.problem(difficulty: hops, &random)
      let table = try table(problem.prompt[..<9])
      var node = try #require(Int(problem.prompt[9]))
      for _ in 0..<hops { node = table[node] }
      #expect(problem.answer == String(node) && problem.prompt[10...] == Array(repeating: ">", count: hops)[...])
      if map != .function {
        #expect(Set(table).count == 9)
        lengths.insert(cycleLength(table))
      }
      if map == .cycle {
        let contrast = task.contrast(to: problem, difficulty: hops, &random)
        #expect(try cycleLength(self.table(contrast.prompt[..<9])) == 9)
      }
    }
    #expect(map == .function || (map == .cycle ? lengths == [9] : lengths.count > 3))
  }

  @Test func `Arithmetic and products are those of the words`() {
    var random = KeyedRandom(seed: 2, stream: "words")
    let arithmetic = ModularArithmetic(modulus: 7)
    for length in 1...6 {
      let problem = arithmetic.problem(difficulty: length, &random)
      #expect(problem.prompt.count == length + 2 && problem.prompt.last == "=")
      var value = Int(problem.prompt[0])!
      for word in problem.prompt[1...length] {
        let operand = Int(word.dropFirst())!
        value = word.first == "+" ? value + operand : word.first == "-" ? value - operand : value * operand
      }
      #expect(problem.answer == String(((value % 7) + 7) % 7))
    }
    // (2 1 3) exchanges the first two, (2 3 1) moves each one on: 1 -> 2 -> 3, 2 -> 1 -> 2, 3 -> 3 -> 1.
    let group = GroupWords(elements: 3)
    #expect(group.words.count == 7)
    var seen: Set<String> = []
    for _ in 0..<400 {
      let problem = group.problem(difficulty: 2, &random)
      seen.insert(problem.prompt.joined(separator: " "))
      if problem.prompt == ["213", "231", "="] { #expect(problem.answer == "321") }
    }
    #expect(seen.count == 36)
  }

  @Test(arguments: tasks.indices) func `Contrasts differ in few words and in the answer, and are problems themselves`(index: Int)
  {
    let task = Self.tasks[index]
    let words = Set(task.words)
    #expect(words.count == task.words.count)
    for difficulty in 1...6 {
      for draw in 0..<40 {
        var random = KeyedRandom(seed: 3, stream: "contrast", index: UInt64(draw))
        let problem = task.problem(difficulty: difficulty, &random)
        let other = task.contrast(to: problem, difficulty: difficulty, &random)
        #expect(other.answer != problem.answer)
        #expect((1...3).contains(SequenceDistance.levenshtein(problem.prompt, other.prompt)))
        #expect((problem.prompt + other.prompt + [problem.answer, other.answer]).allSatisfy(words.contains))
        #expect(problem.prompt.count <= task.longestPrompt(difficulty: difficulty))
      }
    }
  }

  @Test(arguments: tasks.indices) func `The tokenizer of a task has a token for each word and gives the text back`(index: Int)
    throws
  {
    let task = Self.tasks[index]
    let tokenizer = try Tokenizer(json: Data(WordTokenizer.json(task.words).utf8), location: "words")
    #expect(tokenizer.vocabularySize == task.words.count + 1)
    let text = WordTokenizer.text(task.words)
    #expect(tokenizer.encode(text) == Array(1...task.words.count))
    #expect(tokenizer.decode(Array(1...task.words.count)) == text)
    #expect(tokenizer.id(of: WordTokenizer.padding) == 0)
  }

  @Test func `Samples depend on seed, split and draw only, difficulties take turns, prompts are padded at the end`() throws {
    func generator(seed: UInt64) throws -> LoopedLanguageGenerator {
      try LoopedLanguageGenerator(
        task: ModularArithmetic(modulus: 5),
        parts: [.init(split: .train, samples: 40, difficulties: 2...4), .init(split: .test, samples: 8, difficulties: 5...6)],
        seed: seed)
    }
    let problems = try generator(seed: 1)
    let block = try problems.samples(of: .train, draws: 6..<12)
    #expect(block.fields["difficulty"] == .integer([2, 3, 4, 2, 3, 4]))
    #expect(problems.layout.dimensions["position"] == 8)
    guard case .integer(let prompts)? = block.fields["prompt"], case .integer(let lengths)? = block.fields["length"],
      case .integer(let whole)? = try problems.samples(of: .train, draws: 0..<40).fields["prompt"]
    else { return #expect(Bool(false)) }
    #expect(Array(whole[48..<96]) == prompts)
    #expect(lengths == [4, 5, 6, 4, 5, 6])
    for (row, length) in lengths.enumerated() {
      let prompt = prompts[(row * 8)..<(row * 8 + 8)]
      #expect(prompt.prefix(Int(length)).allSatisfy { $0 > 0 } && prompt.dropFirst(Int(length)).allSatisfy { $0 == 0 })
    }
    #expect(try generator(seed: 2).samples(of: .train, draws: 6..<12).fields["prompt"] != block.fields["prompt"])
  }
}
