import Support

/// A small random change of one part of a linear program: a Gaussian direction, scaled to a given Euclidean norm.
///
/// Adding it to the stored double rounds each number once, so the change that arrives has the norm to about 1e-10
/// relative for numbers of size 10.
public struct Perturbation: Equatable, Sendable {
  /// The part of the program that changes; the raw value is its symbol.
  public enum Kind: String, CaseIterable, Sendable {
    /// The stored entries of A; the others stay zero. `[z]`
    case matrix = "A"
    /// The right-hand side. `[m]`
    case rightHandSide = "b"
    /// The costs. `[n]`
    case cost = "c"
    /// The lower bounds. `[n]`
    case lower = "l"
    /// The upper bounds. `[n]`
    case upper = "u"
  }

  /// The part of the program that changes.
  public let kind: Kind
  /// Euclidean norm of the change, above 0.
  public let norm: Double

  /// - Throws: `Failure` (usage) when the norm is not a positive finite number.
  public init(_ kind: Kind, norm: Double = 1e-4) throws(Failure) {
    guard norm > 0 && norm.isFinite else {
      throw Failure(.usage, "the norm of a perturbation must be above 0 and finite, found \(norm)")
    }
    self.kind = kind
    self.norm = norm
  }

  /// The perturbed program; a pure function of the program and of (seed, kind, sample).
  ///
  /// A perturbed bound may cross the other one, when the two are closer than the change. Such a program is returned as
  /// it is; it is infeasible, so that it gets no label and its sample is left out.
  ///
  /// - Throws: `Failure` (bad data) when the program has nothing of this kind to change, or the change overflows.
  public func applied(to program: LinearProgram, seed: UInt64, sample: UInt64) throws(Failure) -> LinearProgram {
    var perturbed = program
    switch kind {
    case .matrix: perturbed.edgeValue = try moved(program.edgeValue, seed, sample)
    case .rightHandSide: perturbed.b = try moved(program.b, seed, sample)
    case .cost: perturbed.c = try moved(program.c, seed, sample)
    case .lower: perturbed.lower = try moved(program.lower, seed, sample)
    case .upper: perturbed.upper = try moved(program.upper, seed, sample)
    }
    try perturbed.validate()
    return perturbed
  }

  private func moved(_ values: [Double], _ seed: UInt64, _ sample: UInt64) throws(Failure) -> [Double] {
    guard !values.isEmpty else { throw .program("nothing to perturb, the field is empty", at: kind.rawValue) }
    var random = KeyedRandom(seed: seed, stream: "linear-programs/perturb/\(kind.rawValue)", index: sample)
    let (direction, length) = random.isotropic(values.count)
    return zip(values, direction).map { $0 + norm / length * $1 }
  }
}
