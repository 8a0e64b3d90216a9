/// A list of edges grouped by one of their ends: compressed sparse row (CSR) order.
///
/// Edges with the same key stay in the order in which they were stored.
struct CompressedOrder: Equatable {
  /// `pointers[k] ..< pointers[k + 1]` are the places in `order` of the edges with key k; `[count + 1]`.
  var pointers: [Int]
  /// The stored number of the edge at each place; `[edges]`.
  var order: [Int]

  /// - Parameters:
  ///   - keys: the key of each edge, in 0 ..< count.
  ///   - count: the number of keys.
  init(keys: [Int], count: Int) {
    pointers = Array(repeating: 0, count: count + 1)
    for key in keys { pointers[key + 1] += 1 }
    for key in 0..<count { pointers[key + 1] += pointers[key] }
    var next = pointers
    order = Array(repeating: 0, count: keys.count)
    for (edge, key) in keys.enumerated() {
      order[next[key]] = edge
      next[key] += 1
    }
  }
}
