import Foundation
import HDF5
import LinearPrograms

/// Programs that the tests share.
enum ExampleProgram {
  /// A program from a dense matrix, given by rows; zeros are not stored.
  static func dense(
    _ rows: [[Double]], c: [Double], b: [Double], lower: [Double], upper: [Double], equalities: Set<Int> = []
  ) throws -> LinearProgram {
    let edges = rows.indices.flatMap { row in
      rows[row].indices.filter { rows[row][$0] != 0 }.map { (row, $0) }
    }
    return try LinearProgram(
      c: c, b: b, lower: lower, upper: upper, isEquality: b.indices.map(equalities.contains),
      edgeConstraint: edges.map(\.0), edgeVariable: edges.map(\.1), edgeValue: edges.map { rows[$0.0][$0.1] })
  }

  /// maximise x0 + 2 x1 with x0 + x1 <= 4, x0 + 3 x1 <= 6, 0 <= x <= 10; the optimum is (3, 1).
  static func textbook() throws -> LinearProgram {
    try dense([[1, 1], [1, 3]], c: [-1, -2], b: [4, 6], lower: [0, 0], upper: [10, 10])
  }

  /// Instances of the published distribution, feasible or not.
  static func published(_ count: Int, seed: UInt64 = 7) throws -> [LinearProgram] {
    let distribution = try InstanceDistribution()
    return try (0..<UInt64(count)).map { try distribution.instance(seed: seed, split: "test", index: $0) }
  }
}

func euclideanNorm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
