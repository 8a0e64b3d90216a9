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
  /// <dr_i, dr_j> per sample.
  private var gram: [GramMatrix] = []
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
    if gram.isEmpty { gram = [GramMatrix](repeating: GramMatrix(), count: active.count) }
    var workspace = Workspace(count: count)
    for sample in active.indices where active[sample] && count > 0 {
      _ = gram[sample].append(products[..<count], sample: sample)
      for index in 0..<count { workspace.right[index] = products[count + index][sample] }
      solve(gram[sample], epsilon: point.state.machineEpsilon, in: &workspace)
      for index in 0..<count { weights[index][sample] = workspace.right[index] }
    }
    var terms: [(Coefficient, State)] = [(.uniform(1), point.state), (.uniform(settings.mixing), point.residual)]
    for index in weights.indices { terms.append((.perSample(weights[index].map { -$0 }), corrections[index])) }
    return try State.combination(terms)
  }

  /// The small system of one sample, reused from sample to sample.
  private struct Workspace {
    var matrix: [Double]
    /// In: <r, dr_j>. Out: the weights g_j.
    var right: [Double]
    var scales: [Double]

    init(count: Int) {
      matrix = [Double](repeating: 0, count: count * count)
      right = [Double](repeating: 0, count: count)
      scales = right
    }
  }

  private func solve(_ gram: GramMatrix, epsilon: Double, in workspace: inout Workspace) {
    let count = gram.count
    switch settings.regularization {
    case .relative(let factor):
      let diagonal = 1 + max(factor, 4 * Double(count) * epsilon)
      for index in 0..<count {
        // A difference of length zero carries no information: its scale 0 takes it out.
        let square = gram[index, index]
        workspace.scales[index] = square > 0 ? 1 / square.squareRoot() : 0
        workspace.right[index] *= workspace.scales[index]
      }
      for row in 0..<count {
        for column in 0..<count {
          workspace.matrix[row * count + column] =
            row == column ? diagonal : gram[row, column] * workspace.scales[row] * workspace.scales[column]
        }
      }
      solvePositiveDefinite(&workspace.matrix, &workspace.right)
      for index in 0..<count { workspace.right[index] *= workspace.scales[index] }
    case .absolute(let factor):
      for row in 0..<count {
        for column in 0..<count {
          let band = row == column ? 2 * factor : abs(row - column) == 1 ? -factor : 0
          workspace.matrix[row * count + column] = gram[row, column] + band
        }
      }
      workspace.right[count - 1] += factor
      solvePositiveDefinite(&workspace.matrix, &workspace.right)
    }
  }
}
