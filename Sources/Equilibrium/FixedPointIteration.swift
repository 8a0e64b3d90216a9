/// Solves y = G(y) for every sample of a batch.
///
/// The map must act sample by sample; then neither a sample's result nor its status nor its evaluation count depends on
/// its batch mates. A sample that converged, diverged or met a non-finite value keeps its state bit for bit while the
/// others go on. The iterates are y_0 (the start), ..., y_K; the residual is measured at each of them, so K steps take
/// K + 1 evaluations.
///
/// - Parameters:
///   - map: G, `[B, ...]` to the same shape.
///   - start: y_0, `[B, ...]`.
///   - settings: solver, stopping criteria and which iterate to return.
///   - onIterate: called for k = 0 ... K in order; an error thrown here ends the solve.
/// - Throws: `EquilibriumError` for invalid settings, an empty state, or a map that changes the shape; whatever `map`
///   or `onIterate` throws.
public func fixedPoint<State: EquilibriumState>(
  of map: (State) throws -> State, from start: State, settings: SolverSettings = SolverSettings(),
  onIterate: ((Iterate<State>) throws -> Void)? = nil
) throws -> Solution<State> {
  var iteration = try FixedPointIteration(from: start, settings: settings, map: map)
  try onIterate?(iteration.iterate)
  while try iteration.advance(map: map) { try onIterate?(iteration.iterate) }
  return iteration.solution
}

/// A fixed-point solve that can be taken step by step, for example several in lockstep.
public struct FixedPointIteration<State: EquilibriumState> {
  private let settings: SolverSettings
  private var rule: any StepRule<State>
  private var point: Point<State>
  private var products: [[Double]] = []
  private var residualSquares: [Double] = []
  private var index = 0
  private var active: [Bool]
  private var statuses: [SolveStatus?]
  private var residuals: [[Double]]
  private var relativeResiduals: [[Double]]
  /// The evaluations of the map that each sample has used so far, `[B]`.
  public private(set) var evaluations: [Int]
  /// max(||y_0||, ||G(y_0)||) per sample, the scale of divergence.
  private var scales: [Double] = []
  private var best: (state: State, indices: [Int])?
  /// The lowest squared residual of the whole batch, for that choice of the returned iterate.
  private var lowestSquare = Double.infinity

  /// Evaluates the map at the start, y_0.
  public init(from start: State, settings: SolverSettings, map: (State) throws -> State) throws {
    try settings.validate()
    try start.requireEntries(role: "the start of the iteration")
    let count = start.sampleCount
    self.settings = settings
    rule = settings.solver.rule(for: State.self)
    active = [Bool](repeating: true, count: count)
    statuses = [SolveStatus?](repeating: nil, count: count)
    residuals = [[Double]](repeating: [], count: count)
    relativeResiduals = residuals
    evaluations = [Int](repeating: 0, count: count)
    point = Point(state: start, value: start, residual: start)
    let squares = try evaluate(map, at: start, counting: active, alsoStart: true)
    judge(valueSquares: squares)
    try keepBest()
  }

  /// The iterate last evaluated.
  public var iterate: Iterate<State> {
    Iterate(
      index: index, state: point.state, residuals: residuals.map { $0.last ?? .nan },
      relativeResiduals: relativeResiduals.map { $0.last ?? .nan }, statuses: statuses)
  }

  /// Makes one step and evaluates the map there; false, and nothing done, when every sample has stopped.
  public mutating func advance(map: (State) throws -> State) throws -> Bool {
    guard active.contains(true) else { return false }
    let proposed = try rule.next(after: point, products: products, active: active)
    var state = try frozen(proposed)
    let previous = residualSquares
    var valueSquares = try evaluate(map, at: state, counting: active)
    while let trial = try rule.shortened(residualSquares: residualSquares, previous: previous, active: active) {
      state = try state.replacing(samplesWhere: trial.mask, with: trial.state)
      valueSquares = try evaluate(map, at: state, counting: trial.mask)
    }
    index += 1
    judge(valueSquares: valueSquares)
    try keepBest()
    return true
  }

  /// What has been found so far; a sample that could still go on is reported at its iteration limit.
  public var solution: Solution<State> {
    let iterations = residuals.map { $0.count - 1 }
    return Solution(
      state: best?.state ?? point.state, statuses: statuses.map { $0 ?? .iterationLimit }, residuals: residuals,
      relativeResiduals: relativeResiduals, iterations: iterations, returnedIterates: best?.indices ?? iterations,
      evaluations: evaluations)
  }

  /// The largest residual after the start over max(||y_0||, ||G(y_0)||), the scale of divergence, `[B]`; 0 before the first step. A
  /// solve of exactly K steps, which does not stop for divergence, is judged by it afterwards.
  public var residualGrowth: [Double] {
    zip(residuals, scales).map { trace, scale in (trace.dropFirst().max() ?? 0) / scale }
  }

  /// The proposed state with every stopped sample left where it is.
  private func frozen(_ proposed: State) throws -> State {
    active.contains(false) ? try point.state.replacing(samplesWhere: active, with: proposed) : proposed
  }

  /// Evaluates the map and all inner products of this point in one go; returns ||G(y)||^2 per sample.
  private mutating func evaluate(
    _ map: (State) throws -> State, at state: State, counting mask: [Bool], alsoStart: Bool = false
  ) throws -> [Double] {
    let value = try map(state)
    try value.requireShape(state.shape, role: "the value of the map")
    point = Point(state: state, value: value, residual: try value.minus(state))
    var pairs = [(point.residual, point.residual), (value, value)]
    if alsoStart { pairs.append((state, state)) }
    let own = pairs.count
    pairs += try rule.pairs(at: point)
    let all = try State.innerProducts(pairs)
    products = Array(all[own...])
    residualSquares = all[0]
    if alsoStart { scales = zip(all[1], all[2]).map { max($0, $1).squareRoot() } }
    for sample in mask.indices where mask[sample] { evaluations[sample] += 1 }
    return all[1]
  }

  /// Records the residuals of this iterate and decides which samples stop here.
  private mutating func judge(valueSquares: [Double]) {
    let stopping = settings.stopping
    for sample in active.indices where active[sample] {
      let residual = residualSquares[sample].squareRoot()
      let relative = residual == 0 ? 0 : residual / valueSquares[sample].squareRoot()
      residuals[sample].append(residual)
      relativeResiduals[sample].append(relative)
      if !residual.isFinite || !valueSquares[sample].isFinite {
        statuses[sample] = .nonFinite
      } else if (stopping.mode == .absolute ? residual : relative) < stopping.tolerance {
        statuses[sample] = .converged
      } else if index > 0, residual > stopping.divergenceThreshold * scales[sample] {
        statuses[sample] = .diverged
      } else if index == stopping.maximumIterations {
        statuses[sample] = .iterationLimit
      }
      active[sample] = statuses[sample] == nil
    }
  }

  /// Takes over the samples whose residual is the lowest so far, when the best iterate was asked for.
  private mutating func keepBest() throws {
    guard settings.returning != .last else { return }
    guard let known = best else {
      best = (point.state, [Int](repeating: 0, count: active.count))
      return
    }
    if settings.returning == .lowestBatchResidual {
      let square = residualSquares.reduce(0, +)
      guard index >= 2, square < lowestSquare else { return }
      lowestSquare = square
      best = (point.state, [Int](repeating: index, count: active.count))
      return
    }
    var indices = known.indices
    let mask = residuals.indices.map { sample in
      let trace = residuals[sample]
      return trace.count == index + 1 && trace[index] < trace[indices[sample]]
    }
    for sample in mask.indices where mask[sample] { indices[sample] = index }
    best = (try known.state.replacing(samplesWhere: mask, with: point.state), indices)
  }
}
