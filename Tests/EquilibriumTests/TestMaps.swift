import Equilibrium
import Foundation

/// Repeatable numbers for test problems (SplitMix64).
struct TestRandom: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func vector(_ count: Int) -> [Double] { (0..<count).map { _ in .random(in: -1...1, using: &self) } }

  mutating func matrix(_ rows: Int, _ columns: Int) -> [[Double]] { (0..<rows).map { _ in vector(columns) } }

  /// A square matrix whose largest row sum is `norm`, which bounds its spectral radius.
  mutating func matrix(_ count: Int, rowSumNorm norm: Double) -> [[Double]] {
    let raw = matrix(count, count)
    let largest = raw.map { $0.reduce(0) { $0 + abs($1) } }.max() ?? 1
    return raw.map { $0.map { $0 * norm / largest } }
  }
}

func times(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
  matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
}

func transposed(_ matrix: [[Double]]) -> [[Double]] {
  matrix[0].indices.map { column in matrix.map { $0[column] } }
}

func plus(_ left: [Double], _ right: [Double]) -> [Double] { zip(left, right).map { $0 + $1 } }

func distance(_ left: [Double], _ right: [Double]) -> Double {
  zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
}

func norm(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }

/// Solves a dense system by Gaussian elimination with partial pivoting.
func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
  var a = matrix
  var b = right
  let count = b.count
  for column in 0..<count {
    let pivot = (column..<count).max { abs(a[$0][column]) < abs(a[$1][column]) } ?? column
    a.swapAt(column, pivot)
    b.swapAt(column, pivot)
    for row in (column + 1)..<max(count, column + 1) {
      let factor = a[row][column] / a[column][column]
      for inner in column..<count { a[row][inner] -= factor * a[column][inner] }
      b[row] -= factor * b[column]
    }
  }
  for row in (0..<count).reversed() {
    for inner in (row + 1)..<max(count, row + 1) { b[row] -= a[row][inner] * b[inner] }
    b[row] /= a[row][row]
  }
  return b
}

/// y -> W y + b with its fixed point (I - W)^-1 b.
struct LinearMap {
  let weight: [[Double]]
  let offset: [Double]

  func callAsFunction(_ y: [Double]) -> [Double] { plus(times(weight, y), offset) }

  var fixedPoint: [Double] {
    let identityMinusWeight = weight.indices.map { row in
      weight.indices.map { (row == $0 ? 1 : 0) - weight[row][$0] }
    }
    return solve(identityMinusWeight, offset)
  }

  static func random(_ count: Int, norm: Double, seed: UInt64) -> LinearMap {
    var random = TestRandom(seed)
    return LinearMap(weight: random.matrix(count, rowSumNorm: norm), offset: random.vector(count))
  }

  /// Symmetric with the given eigenvalues (a diagonal matrix turned by Householder reflections).
  static func symmetric(eigenvalues: [Double], seed: UInt64) -> LinearMap {
    var random = TestRandom(seed)
    let count = eigenvalues.count
    var matrix = (0..<count).map { row in (0..<count).map { row == $0 ? eigenvalues[row] : 0 } }
    for _ in 0..<3 {
      let v = random.vector(count)
      let scale = 2 / v.reduce(0) { $0 + $1 * $1 }
      let reflect = { (x: [Double]) -> [Double] in
        let share = scale * zip(v, x).reduce(0) { $0 + $1.0 * $1.1 }
        return zip(x, v).map { $0 - share * $1 }
      }
      matrix = transposed(matrix.map(reflect)).map(reflect)
    }
    return LinearMap(weight: matrix, offset: random.vector(count))
  }
}

/// A map of a batch that applies one map to each row.
func rowwise(_ maps: [@Sendable ([Double]) -> [Double]]) -> (VectorBatch) throws -> VectorBatch {
  { batch in try VectorBatch(zip(maps, batch.rows).map { $0($1) }) }
}

let everySolver: [Solver] = [
  .picard(Picard()), .picard(Picard(damping: 0.7)), .anderson(Anderson()),
  .anderson(Anderson(window: 3, mixing: 0.8, regularization: .absolute(1e-8))), .broyden(Broyden()),
  .broyden(Broyden(memory: 3, lineSearch: true)),
]

/// One adjoint of each kind.
let adjoints: [Adjoint] = [
  .implicit(ImplicitAdjoint()), .phantom(PhantomAdjoint()), .jacobianFree, .unrolled(steps: 10),
]
