import StudyKit
import Support
import Torch

/// The exact algorithm for `0:4 1:7 ... s > > >`, as a model without parameters: one iteration looks the present node up in the table and
/// crosses out one `>`. After as many iterations as hops it stands at the answer, and stays.
///
/// The state is the present node, as a unit vector, and the hops that are left, `[B, n + 1]`. An iteration is one look-up; by composing the
/// table with itself the answer of h hops would take about log2 h compositions of the whole table.
struct ExactChasing: ImplicitModel {
  /// n.
  let nodes: Int

  struct Context: Sendable {
    /// f of each sample as a matrix of 0 and 1, `[B, n, n]`.
    let table: Tensor
    /// `[B, n + 1]`
    let start: Tensor
  }

  var parameters: NamedParameters { NamedParameters() }

  /// Tokens are the padding, the nodes, `>`, and the pairs of nodes.
  private var hop: Int { nodes + 1 }
  private var vocabulary: Int { nodes + 2 + nodes * nodes }

  /// Reads table, start and hops off each prompt.
  func inject(_ batch: LoopedLanguageBatch) throws -> Context {
    let tokens = try batch.prompts.integers().map { Int($0) }
    let width = batch.prompts.shape[1]
    var tables = [Double](repeating: 0, count: batch.sampleCount * nodes * nodes)
    var states = [Double](repeating: 0, count: batch.sampleCount * (nodes + 1))
    for (sample, length) in batch.lengths.enumerated() {
      let prompt = Array(tokens[(sample * width)..<(sample * width + length)])
      let pairs = prompt.prefix(nodes).map { $0 - nodes - 2 }
      let rest = prompt.dropFirst(nodes)
      guard pairs.count == nodes, pairs.allSatisfy({ (0..<(nodes * nodes)).contains($0) }),
        Set(pairs.map { $0 / nodes }).count == nodes, let start = rest.first, (1...nodes).contains(start),
        rest.dropFirst().allSatisfy({ $0 == hop })
      else {
        throw Failure(
          .badData, "expected a table of \(nodes) pairs, a node and hops, found another prompt",
          at: "\(batch.location), draw \(batch.draws[sample])",
          remedy: "exact-chasing solves the tasks cycles, permutations and functions of as many nodes as its key `nodes` says")
      }
      for pair in pairs { tables[sample * nodes * nodes + pair] = 1 }
      states[sample * (nodes + 1) + start - 1] = 1
      states[sample * (nodes + 1) + nodes] = Double(rest.count - 1)
    }
    let device = try batch.prompts.device
    return Context(
      table: try Tensor(tables, shape: [batch.sampleCount, nodes, nodes], type: .float64, device: device),
      start: try Tensor(states, shape: [batch.sampleCount, nodes + 1], type: .float64, device: device))
  }

  /// The start node, with all hops left.
  func initialState(_ context: Context) throws -> Tensor { context.start }

  /// One look-up, where a hop is left.
  func step(_ state: Tensor, _ context: Context) throws -> Tensor {
    let (node, left) = try (state.narrow(1, from: 0, count: nodes), state.narrow(1, from: nodes, count: 1))
    // 1 where a hop is left, since hops are whole numbers.
    let moves = try left.clamped(0, 1)
    let next = try node.unsqueezed(1).matmul(context.table).squeezed(1)
    return try .concatenated([node + (next - node) * moves, left - moves], dimension: 1)
  }

  /// 1 for the token of the present node, 0 for all others, `[B, V]`.
  func readout(_ state: Tensor, _ context: Context) throws -> Tensor {
    let node = try state.narrow(1, from: 0, count: nodes)
    func zeros(_ count: Int) throws -> Tensor {
      try Tensor.zeros([state.shape[0], count], type: state.type, device: state.device)
    }
    return try .concatenated([zeros(1), node, zeros(vocabulary - nodes - 1)], dimension: 1)
  }

  /// The usual start, since nothing else is one: no hop may be added, and a node is one of n.
  func admissible(_ state: Tensor, _ context: Context) throws -> Tensor { context.start }
}
