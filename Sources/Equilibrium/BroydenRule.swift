/// One step of Broyden's first method, with the inverse Jacobian of y - G(y) as a product of rank-one factors.
///
/// With steps s_j of lengths l_j along their directions, B_{n+1}^-1 = P_n ... P_0 and
/// P_j z = z - (s_j.z / s_j.s_j) ((1 - l_j) s_j - (l_j / l_{j+1}) s_{j+1}), so the step vectors alone suffice; the factor of the
/// newest step is applied in closed form because it contains the direction sought: with z = P_{n-1} ... P_0 r and
/// q = s_n.z / s_n.s_n the direction is (z - (1 - l_n) q s_n) / (1 - l_n q). All inner products follow from those of the
/// residual and the newest step with the steps kept, hence one device synchronisation per evaluation.
struct BroydenRule<State: EquilibriumState>: StepRule {
  /// Armijo's rule: ||r||^2 must fall by this share of what a full step predicts.
  private static var sufficientDecrease: Double { 1e-4 }
  /// A step is shortened at most this often, each time to between a tenth and a half.
  private static var shorteningLimit: Int { 10 }
  /// Below this |1 - l q| the update is singular to working accuracy and the sample starts afresh.
  private static var singularity: Double { 1e-12 }

  let settings: Broyden
  private var steps: [State] = []
  private var pendingStep: State?
  private var base: State?
  private var direction: State?
  private var memories: [SampleMemory] = []
  private var shortenings = 0

  /// What one sample remembers about the steps kept in `steps`, oldest first.
  private struct SampleMemory {
    var gram = GramMatrix()
    var lengths: [Double] = []
    /// Length of the step being tried.
    var length = 1.0
    /// Steps before this index belong to a Jacobian that was given up.
    var first = 0
  }

  init(settings: Broyden) { self.settings = settings }

  mutating func pairs(at point: Point<State>) throws -> [(State, State)] {
    guard let base else { return [] }
    let step = try point.state.minus(base)
    pendingStep = step
    let kept = steps.suffix(settings.memory - 1) + [step]
    return kept.map { (step, $0) } + kept.map { (point.residual, $0) }
  }

  mutating func next(after point: Point<State>, products: [[Double]], active: [Bool]) throws -> State {
    if memories.isEmpty { memories = [SampleMemory](repeating: SampleMemory(), count: active.count) }
    if let pendingStep {
      steps = steps.suffix(settings.memory - 1) + [pendingStep]
      self.pendingStep = nil
    }
    let count = products.count / 2
    var scale = [Double](repeating: 1, count: active.count)
    var weights = [[Double]](repeating: [Double](repeating: 0, count: active.count), count: count)
    for sample in active.indices where active[sample] && count > 0 {
      remember(products[..<count], sample: sample)
      let (own, along) = quasiNewton(products[count...].map { $0[sample] }, sample: sample)
      scale[sample] = own
      for index in along.indices { weights[index][sample] = along[index] }
    }
    for sample in memories.indices { memories[sample].length = 1 }
    shortenings = 0
    base = point.state
    var terms: [(Coefficient, State)] = [(.perSample(scale), point.residual)]
    for index in weights.indices { terms.append((.perSample(weights[index]), steps[index])) }
    let direction = try State.combination(terms)
    self.direction = direction
    return try State.combination([(.uniform(1), point.state), (.uniform(1), direction)])
  }

  mutating func shortened(residualSquares: [Double], previous: [Double], active: [Bool]) throws -> Trial<State>? {
    guard settings.lineSearch, let base, let direction, shortenings < Self.shorteningLimit else { return nil }
    var mask = [Bool](repeating: false, count: active.count)
    for sample in active.indices where active[sample] {
      let length = memories[sample].length
      let (tried, start) = (residualSquares[sample], previous[sample])
      if tried <= (1 - Self.sufficientDecrease * length) * start { continue }
      mask[sample] = true
      // The parabola through ||r||^2 at 0, its slope -2 ||r||^2 there and its value at the trial has its minimum here.
      let minimum = tried.isFinite ? start * length * length / (tried - start + 2 * start * length) : 0
      memories[sample].length = min(max(minimum, 0.1 * length), 0.5 * length)
    }
    guard mask.contains(true) else { return nil }
    shortenings += 1
    let lengths = memories.map(\.length)
    return Trial(
      state: try State.combination([(.uniform(1), base), (.perSample(lengths), direction)]), mask: mask)
  }

  /// Adds the step just accepted to what a sample remembers.
  private mutating func remember(_ products: ArraySlice<[Double]>, sample: Int) {
    memories[sample].lengths.append(memories[sample].length)
    if memories[sample].gram.append(products, sample: sample) {
      memories[sample].lengths.removeFirst()
      memories[sample].first = max(0, memories[sample].first - 1)
    }
  }

  /// The direction as (factor of r, factors of the steps), given the products of r with the steps.
  private mutating func quasiNewton(_ projections: [Double], sample: Int) -> (own: Double, along: [Double]) {
    let memory = memories[sample]
    let newest = projections.count - 1
    var along = [Double](repeating: 0, count: projections.count)
    // s.z / s.s for one of the steps, with z as combined so far.
    func product(_ index: Int) -> Double {
      var sum = projections[index]
      for other in along.indices { sum += along[other] * memory.gram[index, other] }
      return sum / memory.gram[index, index]
    }
    for index in memory.first..<max(newest, memory.first) {
      let share = product(index)
      along[index] -= share * (1 - memory.lengths[index])
      along[index + 1] += share * memory.lengths[index] / memory.lengths[index + 1]
    }
    if memory.first <= newest {
      let share = product(newest)
      let length = memory.lengths[newest]
      let denominator = 1 - length * share
      along[newest] -= (1 - length) * share
      along = along.map { $0 / denominator }
      if abs(denominator) > Self.singularity, along.allSatisfy(\.isFinite) { return (1 / denominator, along) }
    }
    memories[sample].first = newest + 1
    return (1, [Double](repeating: 0, count: projections.count))
  }
}
