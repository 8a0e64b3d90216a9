import Support

/// The distribution of random linear programs, and with it instance i of every split.
///
/// Positions of the `nonzeros` entries of A uniformly among all subsets of that size, their values N(0, 1);
/// c = costScale U(-1, 1); b from U(-1, 1); each pair of bounds two draws of N(0, boundDeviation^2), sorted; each
/// constraint an equality with probability `equalityProbability`. Source: Chen, Liu, Wang, Lu, Yin, "On representing
/// linear programs by graph neural networks", ICLR 2023, with the sizes of "Implicit models: expressive power scales
/// with test-time compute", 2025.
public struct InstanceDistribution: Equatable, Sendable {
  /// m, at least 1.
  public let constraints: Int
  /// n, at least 1.
  public let variables: Int
  /// Entries of A, in 1 ... m n.
  public let nonzeros: Int
  /// Costs lie in (-costScale, costScale); above 0, else no optimum would be unique.
  public let costScale: Double
  /// Standard deviation of the bounds, at least 0.
  public let boundDeviation: Double
  /// In 0 ... 1.
  public let equalityProbability: Double

  /// - Throws: `Failure` (usage) naming the setting that is impossible.
  public init(
    constraints: Int = 10, variables: Int = 50, nonzeros: Int = 100, costScale: Double = 0.01,
    boundDeviation: Double = 10, equalityProbability: Double = 0.3
  ) throws(Failure) {
    func expect(_ holds: Bool, _ name: String, _ expected: String, _ found: some Any) throws(Failure) {
      guard holds else { throw Failure(.usage, "\(name) must be \(expected), found \(found)") }
    }
    try expect(constraints >= 1, "constraints", "at least 1", constraints)
    try expect(variables >= 1, "variables", "at least 1", variables)
    let (entries, tooMany) = constraints.multipliedReportingOverflow(by: variables)
    try expect(
      !tooMany && constraints <= Int32.max && variables <= Int32.max, "constraints x variables",
      "small enough to count", "\(constraints) x \(variables)")
    try expect(
      (1...entries).contains(nonzeros), "nonzeros",
      "in 1 ... \(entries) (constraints x variables)", nonzeros)
    try expect(costScale > 0 && costScale.isFinite, "cost_scale", "above 0 and finite", costScale)
    try expect(
      boundDeviation >= 0 && boundDeviation.isFinite, "bound_deviation", "at least 0 and finite",
      boundDeviation)
    try expect((0...1).contains(equalityProbability), "equality_probability", "in 0 ... 1", equalityProbability)
    self.constraints = constraints
    self.variables = variables
    self.nonzeros = nonzeros
    self.costScale = costScale
    self.boundDeviation = boundDeviation
    self.equalityProbability = equalityProbability
  }

  /// Instance `index` of a split: a pure function of the distribution and of (seed, split, index).
  ///
  /// - Throws: `Failure` (bad data) only if the drawn numbers do not form a program, for example when a huge
  ///   `boundDeviation` overflows.
  public func instance(seed: UInt64, split: String, index: UInt64) throws(Failure) -> LinearProgram {
    var random = KeyedRandom(seed: seed, stream: "linear-programs/\(split)", index: index)
    let positions = random.distinct(nonzeros, below: constraints * variables)
    let edgeValue = positions.map { _ in random.normal() }
    let c = (0..<variables).map { _ in costScale * random.uniform(-1, 1) }
    let b = (0..<constraints).map { _ in random.uniform(-1, 1) }
    let bounds = (0..<variables).map { _ in
      [random.normal(deviation: boundDeviation), random.normal(deviation: boundDeviation)].sorted()
    }
    let isEquality = (0..<constraints).map { _ in random.uniform() < equalityProbability }
    return try LinearProgram(
      c: c, b: b, lower: bounds.map { $0[0] }, upper: bounds.map { $0[1] }, isEquality: isEquality,
      edgeConstraint: positions.map { $0 / variables }, edgeVariable: positions.map { $0 % variables },
      edgeValue: edgeValue)
  }
}
