/// One step of Anderson acceleration.
///
/// Worked in differences of consecutive residuals and states, which keeps its accuracy near the fixed point where the
/// residuals themselves are nearly parallel: y_{k+1} = y_k + b r_k - sum_j g_j (dy_j + b dr_j), with g the minimiser of
/// ||r_k - sum_j g_j dr_j||^2 plus the regularisation. The weights of the usual form are a = e_k - T g with T the
/// two-banded difference matrix, so the absolute regularisation f ||a||^2 adds f T'T (2 on the diagonal, -1 beside it)
/// to the Gram matrix and f to the newest entry of the right-hand side.
struct AndersonRule<State: EquilibriumState>: StepRule {
  let settings: Anderson
  /// dr_j and dy_j + b dr_j, oldest first, at most window - 1.
  private var changes: [State] = []
  private var corrections: [State] = []
  /// `gram[sample][i][j]` = <dr_i, dr_j>
  private var gram: [[[Double]]] = []
  private var previous: Point<State>?
  private var pending: (change: State, correction: State)?

  init(settings: Anderson) { self.settings = settings }

  mutating func pairs(at point: Point<State>) throws -> [(State, State)] {
    guard settings.window > 1, let previous else { return [] }
    let change = try point.residual.minus(previous.residual)
    let correction = try State.combination([
      (.uniform(1), point.state), (.uniform(-1), previous.state), (.uniform(settings.mixing), change),
    ])
    pending = (change, correction)
    let kept = changes.suffix(settings.window - 2) + [change]
    return kept.map { (change, $0) } + kept.map { (point.residual, $0) }
  }

  mutating func next(after point: Point<State>, products: [[Double]], active: [Bool]) throws -> State {
    previous = point
    if let pending {
      changes = changes.suffix(settings.window - 2) + [pending.change]
      corrections = corrections.suffix(settings.window - 2) + [pending.correction]
      self.pending = nil
    }
    let count = products.count / 2
    var weights = [[Double]](repeating: [Double](repeating: 0, count: active.count), count: count)
    if gram.isEmpty { gram = [[[Double]]](repeating: [], count: active.count) }
    for sample in active.indices where active[sample] && count > 0 {
      append(row: products[..<count].map { $0[sample] }, sample: sample)
      let projections = products[count...].map { $0[sample] }
      let solution = mixing(gram[sample], projections, epsilon: point.state.machineEpsilon)
      for index in solution.indices { weights[index][sample] = solution[index] }
    }
    var terms: [(Coefficient, State)] = [(.uniform(1), point.state), (.uniform(settings.mixing), point.residual)]
    for index in weights.indices { terms.append((.perSample(weights[index].map { -$0 }), corrections[index])) }
    return try State.combination(terms)
  }

  /// Adds the newest difference to a sample's Gram matrix and forgets the one that left the window.
  private mutating func append(row: [Double], sample: Int) {
    var matrix = gram[sample]
    if matrix.count == row.count { matrix = matrix.dropFirst().map { Array($0.dropFirst()) } }
    for index in matrix.indices { matrix[index].append(row[index]) }
    gram[sample] = matrix + [row]
  }

  private func mixing(_ gram: [[Double]], _ projections: [Double], epsilon: Double) -> [Double] {
    let count = projections.count
    switch settings.regularization {
    case .relative(let factor):
      // A difference of length zero carries no information: its scale 0 takes it out.
      let scales = (0..<count).map { gram[$0][$0] > 0 ? 1 / gram[$0][$0].squareRoot() : 0 }
      var matrix = gram
      for row in 0..<count {
        for column in 0..<count { matrix[row][column] *= scales[row] * scales[column] }
        matrix[row][row] = 1 + max(factor, 4 * Double(count) * epsilon)
      }
      let scaled = solvePositiveDefinite(matrix, zip(scales, projections).map { $0 * $1 })
      return zip(scales, scaled).map { $0 * $1 }
    case .absolute(let factor):
      var matrix = gram
      var right = projections
      for row in 0..<count {
        matrix[row][row] += 2 * factor
        if row > 0 {
          matrix[row][row - 1] -= factor
          matrix[row - 1][row] -= factor
        }
      }
      right[count - 1] += factor
      return solvePositiveDefinite(matrix, right)
    }
  }
}

/// Solves a small symmetric positive definite system by Cholesky's method, last unknown first.
///
/// Where rounding makes a pivot non-positive, that unknown and those before it are left out (zero): in a history ordered
/// from old to new these are the older, least useful ones.
func solvePositiveDefinite(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
  let count = right.count
  var factor = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
  var rank = count
  for row in 0..<count {
    for column in 0...row {
      var sum = matrix[count - 1 - row][count - 1 - column]
      for inner in 0..<column { sum -= factor[row][inner] * factor[column][inner] }
      if column < row {
        factor[row][column] = sum / factor[column][column]
      } else if sum > 0, sum.isFinite {
        factor[row][row] = sum.squareRoot()
      } else {
        rank = row
      }
    }
    if rank < count { break }
  }
  var solution = [Double](repeating: 0, count: count)
  for row in 0..<rank {
    var sum = right[count - 1 - row]
    for inner in 0..<row { sum -= factor[row][inner] * solution[inner] }
    solution[row] = sum / factor[row][row]
  }
  for row in (0..<rank).reversed() {
    var sum = solution[row]
    for inner in (row + 1)..<max(rank, row + 1) { sum -= factor[inner][row] * solution[inner] }
    solution[row] = sum / factor[row][row]
  }
  return solution.reversed()
}
