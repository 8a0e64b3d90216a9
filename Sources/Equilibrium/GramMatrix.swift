/// The inner products of the vectors that one sample remembers, oldest first, in one flat array.
struct GramMatrix {
  private(set) var count = 0
  private var entries: [Double] = []

  subscript(row: Int, column: Int) -> Double { entries[row * count + column] }

  /// Adds the newest vector, whose products with all remembered ones and itself are `products[...][sample]`. When there
  /// are no more products than before, the oldest vector is forgotten; returns whether that happened.
  mutating func append(_ products: ArraySlice<[Double]>, sample: Int) -> Bool {
    let size = products.count
    let forgets = size == count
    let shift = forgets ? 1 : 0
    var grown = [Double](repeating: 0, count: size * size)
    for row in 0..<size - 1 {
      for column in 0..<size - 1 { grown[row * size + column] = self[row + shift, column + shift] }
    }
    for (index, product) in products.enumerated() {
      grown[index * size + size - 1] = product[sample]
      grown[(size - 1) * size + index] = product[sample]
    }
    (count, entries) = (size, grown)
    return forgets
  }
}

/// Solves a small symmetric positive definite system by Cholesky's method, last unknown first; the matrix, row-major, is
/// overwritten by its factor and the right-hand side by the solution.
///
/// Where rounding makes a pivot non-positive, that unknown and those before it are left out (zero): in a history ordered
/// from old to new these are the older, least useful ones.
func solvePositiveDefinite(_ matrix: inout [Double], _ right: inout [Double]) {
  let last = right.count - 1
  // Position of an entry of the lower factor, counted from the last unknown.
  func at(_ row: Int, _ column: Int) -> Int { (last - row) * (last + 1) + last - column }
  var rank = right.count
  for row in 0..<right.count {
    for column in 0...row {
      var sum = matrix[at(row, column)]
      for inner in 0..<column { sum -= matrix[at(row, inner)] * matrix[at(column, inner)] }
      if column < row {
        matrix[at(row, column)] = sum / matrix[at(column, column)]
      } else if sum > 0, sum.isFinite {
        matrix[at(row, row)] = sum.squareRoot()
      } else {
        rank = row
      }
    }
    if rank < right.count { break }
  }
  for row in 0..<rank {
    for inner in 0..<row { right[last - row] -= matrix[at(row, inner)] * right[last - inner] }
    right[last - row] /= matrix[at(row, row)]
  }
  for row in (0..<rank).reversed() {
    for inner in row + 1..<max(rank, row + 1) { right[last - row] -= matrix[at(inner, row)] * right[last - inner] }
    right[last - row] /= matrix[at(row, row)]
  }
  for row in rank..<right.count { right[last - row] = 0 }
}
