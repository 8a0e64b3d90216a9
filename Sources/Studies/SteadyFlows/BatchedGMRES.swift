import Torch

/// A linear operator on each sample of a batch, `[B, n]` -> `[B, n]`.
protocol BatchOperator {
  func product(_ x: Tensor) throws -> Tensor
  /// The operator of some of the samples; `samples` is an int64 vector.
  func selecting(_ samples: Tensor) throws -> Self
}

/// Restarted GMRES (Saad and Schultz 1986) for (1 + C) x = b, sample by sample in one batch.
///
/// The Krylov space of 1 + C is that of C, so the basis is built from products with C alone, which cancels less. Each sample has
/// its own least-squares problem and stops by itself; those that have stopped leave the batch as soon as they are a quarter
/// of it. So what a sample costs, and which steps it makes, does not depend on the others.
struct BatchedGMRES {
  /// Vectors of a cycle.
  var krylovVectors: Int
  /// Cycles at most.
  var cycles: Int

  /// - Parameters:
  ///   - rightHandSide: b, `[B, n]`. In float32 residuals do not fall much below 1e-5 of it.
  ///   - tolerances: of ||b - (1 + C) x||, `[B]`.
  /// - Returns: x `[B, n]` and the products that each sample used.
  func solve<Operator: BatchOperator>(
    _ matrix: Operator, _ rightHandSide: Tensor, tolerances: [Double]
  ) throws -> (solution: Tensor, products: [Int]) {
    var solution = try Tensor.zeros(like: rightHandSide)
    var products = tolerances.map { _ in 0 }
    var pending = try rightHandSide.sampleNorms().doubles().enumerated().filter { $1 > tolerances[$0] }.map(\.offset)
    for cycle in 0..<cycles where !pending.isEmpty {
      let samples = try index(pending, rightHandSide)
      let part = try matrix.selecting(samples)
      var residual = try rightHandSide.indexSelect(samples)
      if cycle > 0 {
        let x = try solution.indexSelect(samples)
        residual = try residual - x - part.product(x)
        for sample in pending { products[sample] += 1 }
      }
      let outcome = try self.cycle(part, residual, tolerances: pending.map { tolerances[$0] })
      solution = try solution.indexAdd(outcome.change, at: samples)
      for (position, sample) in pending.enumerated() { products[sample] += outcome.steps[position] }
      pending = pending.indices.filter { !outcome.converged[$0] }.map { pending[$0] }
    }
    return (solution, products)
  }

  private struct Outcome {
    var change: Tensor
    var steps: [Int]
    var converged: [Bool]
  }

  private func cycle<Operator: BatchOperator>(
    _ matrix: Operator, _ residual: Tensor, tolerances: [Double]
  ) throws -> Outcome {
    let norms = try residual.sampleNorms()
    var problems = try norms.doubles().map { HessenbergLeastSquares(norm: $0) }
    var outcome = Outcome(
      change: try .zeros(like: residual), steps: tolerances.map { _ in 0 }, converged: tolerances.map { _ in false })
    var (matrix, present) = (matrix, Array(tolerances.indices))
    var isDone = tolerances.map { _ in false }
    var basis = try KrylovBasis(first: residual / norms.unsqueezed(1))
    for step in 1...krylovVectors {
      let (column, length, vector) = try basis.orthogonalized(matrix.product(basis.last))
      for (position, sample) in present.enumerated() where !isDone[sample] {
        var entries = Array(column[(position * step)..<((position + 1) * step)])
        entries[step - 1] += 1  // the identity in 1 + C
        problems[sample].append(entries, below: length[position])
        outcome.steps[sample] = step
        outcome.converged[sample] = problems[sample].residual <= tolerances[sample]
        // A Krylov space that is exhausted, or numbers that are none, go no further.
        isDone[sample] = outcome.converged[sample] || step == krylovVectors || !(length[position] > 0)
      }
      let leaving = present.filter { isDone[$0] }
      guard leaving.count * 4 >= present.count else {
        try basis.append(vector)
        continue
      }
      let positions = present.indices.filter { isDone[present[$0]] }
      let coefficients = leaving.flatMap { problems[$0].solution(padded: step) }
      let change = try basis.selecting(index(positions, residual)).combination(coefficients, count: step)
      outcome.change = try outcome.change.indexAdd(change, at: index(leaving, residual))
      let staying = present.indices.filter { !isDone[present[$0]] }
      if staying.isEmpty { break }
      try basis.append(vector)
      let kept = try index(staying, residual)
      basis = try basis.selecting(kept)
      matrix = try matrix.selecting(kept)
      present = staying.map { present[$0] }
    }
    return outcome
  }

  private func index(_ positions: [Int], _ like: Tensor) throws -> Tensor {
    try Tensor(integers: positions.map(Int64.init), device: like.device)
  }
}

/// min over y of || norm e_1 - H y ||, H upper Hessenberg, grown column by column with Givens rotations.
struct HessenbergLeastSquares {
  /// Columns of the triangular factor.
  private var columns: [[Double]] = []
  private var rotations: [(cosine: Double, sine: Double)] = []
  private var rightHandSide: [Double]

  init(norm: Double) { rightHandSide = [norm] }

  /// The norm that is left.
  var residual: Double { abs(rightHandSide[rightHandSide.count - 1]) }

  /// Adds column j, entries 0 ... j and the one below the diagonal.
  mutating func append(_ column: [Double], below: Double) {
    var entries = column
    for (row, rotation) in rotations.enumerated() {
      let (upper, lower) = (entries[row], entries[row + 1])
      entries[row] = rotation.cosine * upper + rotation.sine * lower
      entries[row + 1] = rotation.cosine * lower - rotation.sine * upper
    }
    let last = entries.count - 1
    let length = (entries[last] * entries[last] + below * below).squareRoot()
    let rotation = length > 0 ? (cosine: entries[last] / length, sine: below / length) : (cosine: 1, sine: 0)
    entries[last] = length
    rotations.append(rotation)
    columns.append(entries)
    let remainder = rightHandSide[last]
    rightHandSide[last] = rotation.cosine * remainder
    rightHandSide.append(-rotation.sine * remainder)
  }

  /// y, with zeros up to `count` entries.
  func solution(padded count: Int) -> [Double] {
    var y = [Double](repeating: 0, count: count)
    for row in columns.indices.reversed() {
      var sum = rightHandSide[row]
      for column in (row + 1)..<max(columns.count, row + 1) { sum -= columns[column][row] * y[column] }
      // A zero on the diagonal belongs to a direction that the operator sends to zero: it is left out.
      y[row] = columns[row][row] == 0 ? 0 : sum / columns[row][row]
    }
    return y
  }
}
