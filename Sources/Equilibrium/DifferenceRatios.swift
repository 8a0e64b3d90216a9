/// ||a - b|| / distance per sample, `[B]`: the empirical Lipschitz ratio of two outputs whose inputs lie `distance` apart.
///
/// - Parameter distances: ||x - x'|| per sample, above 0.
/// - Throws: `EquilibriumError.degenerateDirection` for a distance that is zero or not finite.
public func lipschitzRatios<State: EquilibriumState>(
  between a: State, and b: State, distances: [Double]
) throws -> [Double] {
  try b.requireShape(a.shape, role: "the second output")
  guard distances.count == a.sampleCount else {
    throw EquilibriumError.countMismatch(role: "the input distances", expected: a.sampleCount, found: distances.count)
  }
  if let sample = distances.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
    throw EquilibriumError.degenerateDirection(role: "the input perturbation", sample: sample)
  }
  return zip(try a.minus(b).norms(), distances).map { $0 / $1 }
}

/// ||G(y1) - G(y2)|| / ||y1 - y2|| per sample, `[B]`: a lower bound of the contraction factor of G in y.
public func contractionRatios<State: EquilibriumState>(
  of map: (State) throws -> State, between first: State, and second: State
) throws -> [Double] {
  try second.requireShape(first.shape, role: "the second point")
  return try lipschitzRatios(
    between: map(first), and: map(second), distances: first.minus(second).norms())
}

/// The same problem for a perturbed input x'.
public struct PerturbedProblem<State: EquilibriumState> {
  /// y -> G(y, x')
  public let map: (State) throws -> State
  /// y_0, which may depend on x'.
  public let start: State
  /// ||x - x'|| per sample, `[B]`.
  public let distances: [Double]

  public init(map: @escaping (State) throws -> State, start: State, distances: [Double]) {
    self.map = map
    self.start = start
    self.distances = distances
  }
}

/// Lipschitz ratios of x -> y_k along given perturbations.
public struct LipschitzTraces<State: EquilibriumState> {
  /// ||y_k(x) - y_k(x')|| / ||x - x'||: `ratios[perturbation][sample][k]` for k = 0 ... K; NaN from the iterate on at which
  /// either solve met a non-finite value or diverged.
  public let ratios: [[[Double]]]
  public let clean: Solution<State>
  public let perturbed: [Solution<State>]
}

/// Iterates the clean and all perturbed problems in lockstep and compares the iterates at every k: one pass of K steps,
/// without storing iterates.
///
/// - Parameter onIterate: called with the clean iterate and the perturbed ones for k = 0 ... K.
public func lipschitzTraces<State: EquilibriumState>(
  of map: (State) throws -> State, from start: State, perturbed problems: [PerturbedProblem<State>],
  settings: SolverSettings, onIterate: ((Iterate<State>, [Iterate<State>]) throws -> Void)? = nil
) throws -> LipschitzTraces<State> {
  var clean = try FixedPointIteration(from: start, settings: settings, map: map)
  var others = try problems.map { try FixedPointIteration(from: $0.start, settings: settings, map: $0.map) }
  var ratios = [[[Double]]](
    repeating: [[Double]](repeating: [], count: start.sampleCount), count: problems.count)
  var advanced = true
  while advanced {
    let iterate = clean.iterate
    try onIterate?(iterate, others.map(\.iterate))
    for index in problems.indices {
      let other = others[index].iterate
      let values = try lipschitzRatios(between: iterate.state, and: other.state, distances: problems[index].distances)
      for sample in values.indices {
        let valid = [iterate.statuses[sample], other.statuses[sample]].allSatisfy {
          $0 != .diverged && $0 != .nonFinite
        }
        ratios[index][sample].append(valid ? values[sample] : .nan)
      }
    }
    advanced = try clean.advance(map: map)
    for index in problems.indices { advanced = try others[index].advance(map: problems[index].map) || advanced }
  }
  return LipschitzTraces(ratios: ratios, clean: clean.solution, perturbed: others.map(\.solution))
}
