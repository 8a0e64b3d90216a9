import Support

/// A family of problems in words whose solution takes as many steps as the difficulty says.
protocol ReasoningTask: Sendable {
  /// All words of prompts and answers, each once.
  var words: [String] { get }
  /// Words of the longest prompt up to a difficulty.
  func longestPrompt(difficulty: Int) -> Int
  /// Draws a problem.
  func problem(difficulty: Int, _ random: inout KeyedRandom) -> Problem
  /// The same problem with few words changed, as many prompts as answers: another answer.
  func contrast(to problem: Problem, difficulty: Int, _ random: inout KeyedRandom) -> Problem
}

/// A prompt with its one-word answer.
struct Problem: Equatable, Sendable {
  var prompt: [String]
  var answer: String
}

extension ReasoningTask {
  /// Changes a problem at random until the answer differs.
  ///
  /// - Parameter change: another problem, near the given one.
  func changed(_ problem: Problem, _ random: inout KeyedRandom, by change: (inout KeyedRandom) -> Problem) -> Problem? {
    for _ in 0..<200 {
      let other = change(&random)
      if other.answer != problem.answer { return other }
    }
    return nil
  }
}

/// Pointer chasing: `0:4 1:7 ... 9:2 s > > >` asks for f applied to s once for every `>`, where `0:4` says f(0) = 4. With the hops
/// unbounded it takes as many sequential steps, or logarithmically many with as much memory; a fixed number of attention layers has
/// neither.
struct PointerChasing: ReasoningTask {
  /// What f is drawn from.
  enum Map {
    /// Permutations of a single cycle. What is reached by any number of hops below `nodes` is uniform over the other nodes. Of any
    /// permutation it is the start itself with probability d(h) / n, d(h) the divisors of h: 0.4 for 6 hops on 10 nodes.
    case cycle
    case permutation
    case function
  }

  var nodes: Int
  var map: Map

  private static let hop = ">"

  var words: [String] {
    (0..<nodes).map(String.init) + [Self.hop] + (0..<nodes).flatMap { node in (0..<nodes).map { edge(node, $0) } }
  }
  func longestPrompt(difficulty: Int) -> Int { nodes + 1 + difficulty }

  private func edge(_ node: Int, _ image: Int) -> String { "\(node):\(image)" }

  func problem(difficulty: Int, _ random: inout KeyedRandom) -> Problem {
    let table: [Int]
    switch map {
    case .cycle: table = cycle(through: random.permutation(nodes))
    case .permutation: table = random.permutation(nodes)
    case .function: table = (0..<nodes).map { _ in random.integer(below: nodes) }
    }
    return problem(table, hops: difficulty, start: random.integer(below: nodes))
  }

  /// The permutation that takes each node of an order to the next one, and the last to the first.
  private func cycle(through order: [Int]) -> [Int] {
    order.indices.reduce(into: Array(repeating: 0, count: nodes)) { $0[order[$1]] = order[($1 + 1) % nodes] }
  }

  private func problem(_ table: [Int], hops: Int, start: Int) -> Problem {
    let end = (0..<hops).reduce(start) { node, _ in table[node] }
    return Problem(
      prompt: table.enumerated().map { edge($0, $1) } + [String(start)] + Array(repeating: Self.hop, count: hops),
      answer: String(end))
  }

  /// A function gets another image on the way; a permutation has two images exchanged; in a cycle a node moves elsewhere, which
  /// changes three images. Another start where no such change is enough.
  func contrast(to problem: Problem, difficulty: Int, _ random: inout KeyedRandom) -> Problem {
    let table = problem.prompt.prefix(nodes).compactMap { $0.split(separator: ":").last.flatMap { Int($0) } }
    let start = Int(problem.prompt[nodes]) ?? 0
    let found = changed(problem, &random) { random in
      var other = table
      let steps = random.integer(below: difficulty)
      let node = (0..<steps).reduce(start) { node, _ in table[node] }
      let mate = random.integer(below: nodes)
      switch map {
      case .function: other[node] = mate
      case .permutation: other.swapAt(node, mate)
      case .cycle:
        // The node after `node` goes between `mate` and its image.
        let moved = table[node]
        if mate != node && mate != moved {
          (other[node], other[mate], other[moved]) = (table[moved], moved, table[mate])
        }
      }
      return self.problem(other, hops: difficulty, start: start)
    }
    return found ?? self.problem(table, hops: difficulty, start: (start + 1) % nodes)
  }
}

/// Chains of arithmetic modulo m, from left to right: `5 +3 *2 -4 =`.
struct ModularArithmetic: ReasoningTask {
  var modulus: Int

  private static let operations = ["+", "-", "*"]

  var words: [String] {
    (0..<modulus).map(String.init) + Self.operations.flatMap { sign in (0..<modulus).map { "\(sign)\($0)" } } + ["="]
  }
  func longestPrompt(difficulty: Int) -> Int { difficulty + 2 }

  func problem(difficulty: Int, _ random: inout KeyedRandom) -> Problem {
    let start = random.integer(below: modulus)
    return problem([String(start)] + (0..<difficulty).map { _ in operation(&random) })
  }

  private func operation(_ random: inout KeyedRandom) -> String {
    let sign = Self.operations[random.integer(below: Self.operations.count)]
    // A factor of zero would make all that comes before it irrelevant.
    return "\(sign)\(sign == "*" ? 1 + random.integer(below: modulus - 1) : random.integer(below: modulus))"
  }

  private func problem(_ words: [String]) -> Problem {
    let value = words.dropFirst().reduce(Int(words[0]) ?? 0) { value, word in
      let operand = Int(word.dropFirst()) ?? 0
      switch word.first {
      case "+": return (value + operand) % modulus
      case "-": return (value - operand + modulus) % modulus
      default: return value * operand % modulus
      }
    }
    return Problem(prompt: words + ["="], answer: String(value))
  }

  func contrast(to problem: Problem, difficulty: Int, _ random: inout KeyedRandom) -> Problem {
    let words = Array(problem.prompt.dropLast())
    let found = changed(problem, &random) { random in
      var other = words
      other[1 + random.integer(below: difficulty)] = operation(&random)
      return self.problem(other)
    }
    return found ?? self.problem(["\(((Int(words[0]) ?? 0) + 1) % modulus)"] + words.dropFirst())
  }
}

/// Products in the symmetric group: `21345 54321 ... =` asks for the permutation that comes of applying one after the other. For
/// five or more elements this word problem is complete for NC1 (Barrington 1989), beyond what a transformer of fixed depth can
/// compute for all lengths unless TC0 = NC1 (Merrill, Sabharwal 2023).
struct GroupWords: ReasoningTask {
  var elements: Int

  private var permutations: [[Int]] {
    (0..<elements).reduce([[]]) { partial, element in
      partial.flatMap { order in (0...order.count).map { Array(order[..<$0]) + [element] + Array(order[$0...]) } }
    }
  }

  var words: [String] { permutations.map(word).sorted() + ["="] }
  func longestPrompt(difficulty: Int) -> Int { difficulty + 1 }

  private func word(_ permutation: [Int]) -> String { permutation.map { String($0 + 1) }.joined() }

  func problem(difficulty: Int, _ random: inout KeyedRandom) -> Problem {
    problem((0..<difficulty).map { _ in word(random.permutation(elements)) })
  }

  private func problem(_ words: [String]) -> Problem {
    let product = words.reduce(Array(0..<elements)) { product, word in
      let images = word.utf8.map { Int($0) - Int(UInt8(ascii: "1")) }
      return product.map { images[$0] }
    }
    return Problem(prompt: words + ["="], answer: word(product))
  }

  /// One factor changed, which always changes the product.
  func contrast(to problem: Problem, difficulty: Int, _ random: inout KeyedRandom) -> Problem {
    let words = Array(problem.prompt.dropLast())
    let found = changed(problem, &random) { random in
      var other = words
      other[random.integer(below: difficulty)] = word(random.permutation(elements))
      return self.problem(other)
    }
    return found ?? problem
  }
}
