import HDF5

/// The merges of a byte-pair encoding (Sennrich, Haddow, Birch 2016): of all adjacent pairs the one that was learned first is
/// joined, the leftmost of equals, until no pair is left that was learned.
struct BytePairMerges: Sendable {
  struct Pair: Hashable, Sendable {
    var left: Int
    var right: Int
  }

  struct Merge: Sendable {
    /// The order in which merges were learned, from 0.
    var rank: Int
    /// The token that the pair becomes.
    var token: Int
  }

  let merges: [Pair: Merge]

  /// The tokens of a piece of text, given its bytes as tokens.
  func callAsFunction(_ symbols: [Int]) -> [Int] {
    guard symbols.count > 1, !merges.isEmpty else { return symbols }
    var work = Work(symbols)
    for position in 0..<(symbols.count - 1) { push(position, &work) }
    while let best = work.queue.popFirst() {
      // A pair that changed since it was queued is out of date.
      guard work.token[best.position] == best.pair.left, let next = work.next(best.position),
        work.token[next] == best.pair.right, let merge = merges[best.pair]
      else { continue }
      work.join(best.position, next, into: merge.token)
      if let before = work.previous(best.position) { push(before, &work) }
      push(best.position, &work)
    }
    return work.tokens
  }

  private func push(_ position: Int, _ work: inout Work) {
    guard let next = work.next(position) else { return }
    let pair = Pair(left: work.token[position], right: work.token[next])
    if let merge = merges[pair] {
      work.queue.insert(Candidate(rank: merge.rank, position: position, pair: pair))
    }
  }

  private struct Candidate: Comparable {
    var rank: Int
    var position: Int
    var pair: Pair

    static func < (a: Candidate, b: Candidate) -> Bool { (a.rank, a.position) < (b.rank, b.position) }
  }

  /// Symbols as a linked list over their first positions; -1 marks one that was joined to its left neighbour.
  private struct Work {
    var token: [Int]
    var queue = BinaryHeap<Candidate>()
    private var following: [Int]
    private var preceding: [Int]

    init(_ symbols: [Int]) {
      token = symbols
      following = Array(1...symbols.count)
      preceding = Array(-1..<(symbols.count - 1))
    }

    func next(_ position: Int) -> Int? { following[position] < token.count ? following[position] : nil }
    func previous(_ position: Int) -> Int? { preceding[position] >= 0 ? preceding[position] : nil }

    mutating func join(_ left: Int, _ right: Int, into merged: Int) {
      token[left] = merged
      token[right] = -1
      following[left] = following[right]
      if following[right] < token.count { preceding[following[right]] = left }
    }

    var tokens: [Int] { token.filter { $0 >= 0 } }
  }
}

/// A queue whose first element is the smallest.
struct BinaryHeap<Element: Comparable> {
  private var elements: [Element] = []

  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, elements[child] < elements[(child - 1) / 2] {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popFirst() -> Element? {
    guard let first = elements.first else { return nil }
    elements.swapAt(0, elements.count - 1)
    elements.removeLast()
    var parent = 0
    while 2 * parent + 1 < elements.count {
      var child = 2 * parent + 1
      if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
      guard elements[child] < elements[parent] else { break }
      elements.swapAt(child, parent)
      parent = child
    }
    return first
  }
}
