import Foundation

/// A spectral radius per sample: the asymptotic contraction factor of plain iteration.
public struct SpectralRadius: Equatable, Sendable {
  /// The largest modulus of an eigenvalue of J where `converged`; elsewhere the mean growth ||J^k v||^(1/k) of the
  /// direction over the second half of the iteration, an indication only, `[B]`.
  public let values: [Double]
  /// Whether v, J v and J^2 v satisfy a quadratic (or linear) relation to the tolerance, `[B]`.
  public let converged: [Bool]
  /// Whether the dominant eigenvalues found are a complex pair, `[B]`; false where not converged.
  public let complexPairs: [Bool]
  /// ||J||_2, which no eigenvalue exceeds. This is what to rely on where `converged` is false.
  public let bound: SpectralNorm
  /// Products with J used, `[B]`.
  public let iterations: [Int]
}

/// The spectral radius of every sample's J, with the spectral norm as a bound that always holds. No stage measures it yet.
///
/// The power method with a Rayleigh quotient wanders for ever where the dominant eigenvalues are a complex pair, or a
/// pair of opposite sign. Here J^2 v = a J v + b v is fitted by least squares at every iterate: the roots of
/// t^2 = a t + b are then the two dominant eigenvalues, complex ones included, and the misfit tells whether that holds.
///
/// - Parameters:
///   - jacobian: J and its transpose; the transpose serves the bound only.
///   - direction: where to start, `[B, ...]`; draw it standard normal.
public func spectralRadius<State: EquilibriumState>(
  of jacobian: Linearization<State>, from direction: State, settings: PowerIteration = PowerIteration()
) throws -> SpectralRadius {
  let bound = try spectralNorm(of: jacobian, from: direction, settings: settings)
  var direction = try unitDirection(direction)
  let count = direction.sampleCount
  var values = [Double](repeating: 0, count: count)
  var fits = [DominantPair?](repeating: nil, count: count)
  var iterations = [Int](repeating: 0, count: count)
  var active = [Bool](repeating: true, count: count)
  var growth = [[Double]](repeating: [], count: count)
  var image = try jacobian.product(direction)
  try image.requireShape(direction.shape, role: "the product with J")
  for iteration in 1...settings.maximumIterations where active.contains(true) {
    let second = try jacobian.product(image)
    let products = try State.innerProducts([
      (direction, direction), (direction, image), (image, image), (direction, second), (image, second),
      (second, second),
    ])
    for sample in 0..<count where active[sample] {
      iterations[sample] = iteration + 1
      growth[sample].append((products[2][sample] / products[0][sample]).squareRoot())
      let half = growth[sample].suffix((growth[sample].count + 1) / 2)
      values[sample] = exp(half.reduce(0) { $0 + log($1) } / Double(half.count))
      fits[sample] = DominantPair(products: products.map { $0[sample] }, tolerance: settings.tolerance)
      active[sample] = fits[sample] == nil && values[sample].isFinite
    }
    let scales = products[2].map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    direction = try image.scaled(by: .perSample(scales))
    image = try second.scaled(by: .perSample(scales))
  }
  return SpectralRadius(
    values: zip(values, fits).map { $1?.modulus ?? $0 }, converged: fits.map { $0 != nil },
    complexPairs: fits.map { $0?.isComplex ?? false }, bound: bound, iterations: iterations)
}

/// The dominant eigenvalues seen in v, J v and J^2 v, if these determine them.
private struct DominantPair {
  let modulus: Double
  let isComplex: Bool

  /// - Parameter products: v.v, v.Jv, Jv.Jv, v.JJv, Jv.JJv, JJv.JJv.
  init?(products: [Double], tolerance: Double) {
    let (vv, va, aa, vb, ab, bb) = (products[0], products[1], products[2], products[3], products[4], products[5])
    guard bb.isFinite, aa.isFinite else { return nil }
    if aa == 0 || bb == 0 {
      // J v = 0 or J^2 v = 0 for a random v: nilpotent.
      (modulus, isComplex) = (0, false)
      return
    }
    // One real eigenvalue: J v = t v.
    let quotient = va / vv
    if aa - quotient * va <= tolerance * tolerance * aa {
      (modulus, isComplex) = (abs(quotient), false)
      return
    }
    let determinant = aa * vv - va * va
    guard determinant > 0 else { return nil }
    let linear = (ab * vv - vb * va) / determinant
    let constant = (vb * aa - ab * va) / determinant
    guard bb - linear * ab - constant * vb <= tolerance * tolerance * bb else { return nil }
    let discriminant = linear * linear + 4 * constant
    isComplex = discriminant < 0
    modulus = isComplex ? (-constant).squareRoot() : (abs(linear) + discriminant.squareRoot()) / 2
  }
}
