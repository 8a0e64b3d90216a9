import Configuration
import Support

extension InstanceDistribution {
  /// Reads the distribution from its section of the configuration; what the section leaves out is as published.
  ///
  /// - Throws: `Failure` (usage) for a value out of range, and for more non-zeros than the matrix has entries.
  public init(reading section: ConfigurationSection) throws {
    let constraints = try section.integer(
      "constraints", default: 10, in: 1...100_000, "number of constraints m")
    let variables = try section.integer("variables", default: 50, in: 1...100_000, "number of variables n")
    let nonzeros = try section.integer("nonzeros", default: 100, in: 1..., "stored entries of A, at most m n")
    let costScale = try section.number(
      "cost_scale", default: 0.01, in: .above(0, through: 1e6), "costs are uniform in +- this")
    let boundDeviation = try section.number(
      "bound_deviation", default: 10, in: 0...1e6, "standard deviation of the bounds")
    let equalityProbability = try section.number(
      "equality_probability", default: 0.3, in: 0...1, "probability that a constraint is an equality")
    do {
      try self.init(
        constraints: constraints, variables: variables, nonzeros: nonzeros, costScale: costScale,
        boundDeviation: boundDeviation, equalityProbability: equalityProbability)
    } catch {
      throw Failure(
        error.status, error.problem, at: section.location,
        remedy: "change constraints, variables or nonzeros of \(section.path)")
    }
  }
}
