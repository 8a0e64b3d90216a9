/// A batch of samples as the unknown of a fixed-point problem.
///
/// A state has the shape `[B, ...]`: B samples, each a vector of real numbers. Solvers and estimates need three
/// operations only, all of them sample by sample, so that no sample can influence another. The conformances are `[Double]` (one sample), `VectorBatch`
/// (rows) and `Torch.Tensor` (leading batch dimension).
public protocol EquilibriumState {
  /// `[B, ...]`; the first entry is the number of samples.
  var shape: [Int] { get }

  /// The distance from 1 to the next number of the type the entries are computed in, for example 2^-52 in float64.
  var machineEpsilon: Double { get }

  /// The inner product of every pair, per sample: `result[pair][sample]`.
  ///
  /// All pairs come in one call so that a device is synchronised once, not once per pair.
  static func innerProducts(_ pairs: [(Self, Self)]) throws -> [[Double]]

  /// The sum of coefficient times state over all terms (at least one), per sample.
  static func combination(_ terms: [(Coefficient, Self)]) throws -> Self

  /// This state with the samples where `mask` is true taken from `other`; every other sample stays bit for bit.
  func replacing(samplesWhere mask: [Bool], with other: Self) throws -> Self
}

extension EquilibriumState {
  /// The number of samples B.
  public var sampleCount: Int { shape.first ?? 0 }

  /// This state minus the other.
  public func minus(_ other: Self) throws -> Self {
    try Self.combination([(.uniform(1), self), (.uniform(-1), other)])
  }

  /// This state times a factor.
  public func scaled(by coefficient: Coefficient) throws -> Self {
    try Self.combination([(coefficient, self)])
  }

  /// The Euclidean norm of every sample, `[B]`.
  public func norms() throws -> [Double] {
    try Self.innerProducts([(self, self)])[0].map { $0.squareRoot() }
  }

  func requireShape(_ expected: [Int], role: String) throws {
    guard shape == expected else {
      throw EquilibriumError.shapeMismatch(role: role, expected: expected, found: shape)
    }
  }

  func requireEntries(role: String) throws {
    guard !shape.isEmpty, shape.allSatisfy({ $0 > 0 }) else {
      throw EquilibriumError.emptyState(role: role, shape: shape)
    }
  }
}
