import Configuration
import Equilibrium

/// The section `sweep.lipschitz`: at which iterations t, and for how many samples, the local Lipschitz constant of x -> y_t is
/// computed, the largest singular value of d y_t / d x, by power iteration. A sampled ratio is a lower bound of it.
public struct LocalLipschitz: Equatable, Sendable {
  /// None: it is not computed.
  public var iterations: [Int]
  /// Samples of the sweep, from the first.
  public var samples: Int
  /// When the power iteration of a sample ends.
  public var power: PowerIteration

  /// Reads the section. The defaults are rougher than the library's: tables show two digits, and there are many samples.
  public init(reading section: ConfigurationSection) throws {
    iterations = try section.integers(
      "iterations", default: [], in: 1...100_000, count: 0...,
      "iterations t at which the largest singular value of d y_t / d x is computed")
    samples = try section.integer("samples", default: 8, in: 1..., "samples for which it is, from the first")
    power = PowerIteration(
      maximumIterations: try section.integer(
        "power_iterations", default: 50, in: 1...100_000, "products with the Jacobian and its transpose, at most"),
      tolerance: try section.number(
        "tolerance", default: 1e-2, in: .above(0, through: 1), "relative residual at which the power iteration ends"))
    try section.finish()
    try section.requireUnique(iterations, "iterations")
  }
}
