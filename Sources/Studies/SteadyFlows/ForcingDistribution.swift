import Foundation
import Support

/// Random smooth forces without divergence, by the curl g = d f_y / d x - d f_x / d y of the force:
///
///     g = g_random - a n cos(n y)
///
/// g_random is a Gaussian random field whose modes have the variance c (|k|^2 + s^2)^(-p) for 0 < |k| <= k_max, c such that the
/// field has the given standard deviation. The second term is the curl of the Kolmogorov force (a sin(n y), 0). A draw depends on
/// the seed and its number only, not on the grid: on a finer one it is the same force.
public struct ForcingDistribution: Equatable, Sendable {
  /// Standard deviation of the random part, in the units of g; at least 0.
  public var deviation = 0.01
  /// p; 0 is white up to k_max.
  public var exponent = 0.0
  /// s, in wave numbers.
  public var shift = 3.0
  /// k_max, at least 1.
  public var highestWave = 4
  /// a; 0 for none.
  public var kolmogorovAmplitude = 0.0
  /// n, at least 1.
  public var kolmogorovWave = 4

  public init() {}

  /// Wave numbers of which no mode is higher than K, or the force does not fit on the grid.
  var largestWave: Int { max(deviation > 0 ? highestWave : 0, kolmogorovAmplitude != 0 ? kolmogorovWave : 0) }

  /// Modes of g for one draw on a grid with cutoff K, pairs (real, imaginary), `[2 K + 1, K + 1, 2]` in row-major order.
  func modes(cutoff: Int, random: inout KeyedRandom) -> [Double] {
    var field = HalfSpectrum(cutoff: cutoff)
    if deviation > 0 {
      let waves = HalfSpectrum.halfPlane(upTo: highestWave)
      let variances = waves.map { k -> Double in
        let square = Double(k.x * k.x + k.y * k.y)
        return square <= Double(highestWave * highestWave) ? pow(square + shift * shift, -exponent) : 0
      }
      // Each pair k, -k gives 2 |g_k|^2 to the mean square, and |g_k|^2 has the mean 2 v.
      let scale = deviation / (4 * variances.reduce(0, +)).squareRoot()
      for (k, variance) in zip(waves, variances) where variance > 0 {
        let amplitude = scale * variance.squareRoot()
        let (real, imaginary) = (random.normal(), random.normal())
        field.add(k.x, k.y, amplitude * real, amplitude * imaginary)
      }
    }
    if kolmogorovAmplitude != 0 {
      field.add(0, kolmogorovWave, -kolmogorovAmplitude * Double(kolmogorovWave) / 2, 0)
    }
    return field.values
  }
}

/// The modes of a real field in the order of `PeriodicGrid`, filled mode by mode.
struct HalfSpectrum {
  let cutoff: Int
  private(set) var values: [Double]

  init(cutoff: Int) {
    self.cutoff = cutoff
    values = [Double](repeating: 0, count: 2 * (2 * cutoff + 1) * (cutoff + 1))
  }

  /// One of each pair k, -k with |kx|, |ky| <= limit, always in the same order for the modes of a smaller limit.
  static func halfPlane(upTo limit: Int) -> [(x: Int, y: Int)] {
    guard limit >= 1 else { return [] }
    return (1...limit).flatMap { shell in
      (0...shell).flatMap { y in
        ((-shell)...shell).filter { x in max(abs(x), y) == shell && (y > 0 || x > 0) }.map { (x: $0, y: y) }
      }
    }
  }

  /// Adds a mode and, where ky = 0 stores both, its conjugate.
  mutating func add(_ kx: Int, _ ky: Int, _ real: Double, _ imaginary: Double) {
    put(kx, ky, real, imaginary)
    if ky == 0 { put(-kx, 0, real, -imaginary) }
  }

  private mutating func put(_ kx: Int, _ ky: Int, _ real: Double, _ imaginary: Double) {
    guard abs(kx) <= cutoff, ky <= cutoff else { return }
    let row = kx >= 0 ? kx : 2 * cutoff + 1 + kx
    values[2 * (row * (cutoff + 1) + ky)] += real
    values[2 * (row * (cutoff + 1) + ky) + 1] += imaginary
  }
}
