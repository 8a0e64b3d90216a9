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
