/// A spectral norm per sample.
public struct SpectralNorm: Equatable, Sendable {
  /// ||J||_2, a lower bound of it where `converged` is false, `[B]`.
  public let values: [Double]
  /// Whether the relative residual ||J'J v - s^2 v|| / s^2 fell below the tolerance, `[B]`.
  public let converged: [Bool]
  /// The number of products with J and with J' used, `[B]`.
  public let iterations: [Int]
}

/// The spectral norm ||J||_2 of every sample by power iteration on J'J.
///
/// With J = dG/dy this is the local contraction factor of G, with J = dy_t/dx the local Lipschitz constant of x -> y_t.
/// J'J is symmetric, so the iteration converges whatever the eigenvalues of J; slowly where the two largest singular values are
/// close, and then either is a good answer. A sample that has converged no longer changes.
///
/// - Parameters:
///   - jacobian: J and its transpose; both are applied once per iteration.
///   - direction: where to start, a vector of J's domain, `[B, ...]`; draw it standard normal, since a direction orthogonal to
///     the leading singular vector finds the next one. Its length does not matter.
public func spectralNorm<State: EquilibriumState>(
  of jacobian: Linearization<State>, from direction: State, settings: PowerIteration = PowerIteration()
) throws -> SpectralNorm {
  try settings.validate()
  var direction = try unitDirection(direction)
  let count = direction.sampleCount
  var values = [Double](repeating: 0, count: count)
  var converged = [Bool](repeating: false, count: count)
  var iterations = [Int](repeating: 0, count: count)
  var active = [Bool](repeating: true, count: count)
  for iteration in 1...settings.maximumIterations where active.contains(true) {
    let image = try jacobian.product(direction)
    let back = try jacobian.transposedProduct(image)
    try back.requireShape(direction.shape, role: "the transposed product")
    let products = try State.innerProducts([(image, image), (back, back), (back, direction)])
    let (squares, backSquares, projections) = (products[0], products[1], products[2])
    for sample in 0..<count where active[sample] {
      let square = squares[sample]
      values[sample] = square.squareRoot()
      iterations[sample] = iteration
      let defect = max(backSquares[sample] - projections[sample] * projections[sample], 0).squareRoot()
      // A zero image of a random direction means J = 0.
      converged[sample] = square == 0 || defect <= settings.tolerance * square
      active[sample] = !converged[sample] && square.isFinite && backSquares[sample] > 0
    }
    direction = try back.scaled(by: .perSample(backSquares.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }))
  }
  return SpectralNorm(values: values, converged: converged, iterations: iterations)
}

/// The direction scaled to length 1 in every sample.
func unitDirection<State: EquilibriumState>(_ direction: State) throws -> State {
  try direction.requireEntries(role: "the start direction")
  let lengths = try direction.norms()
  if let sample = lengths.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
    throw EquilibriumError.degenerateDirection(role: "the start direction", sample: sample)
  }
  return try direction.scaled(by: .perSample(lengths.map { 1 / $0 }))
}
