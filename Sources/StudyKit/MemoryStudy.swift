import Configuration
import Support

/// What training costs in memory, against the iterations of its forward pass: the most bytes that one gradient of the mean loss
/// needs. Constant for adjoints that start from the equilibrium, growing for unrolling.
public struct MemoryStudy: Equatable, Sendable {
  /// Forward iterations, ascending.
  public var iterations: [Int]
  /// Gradients that are measured, each over all of the iterations.
  public var adjoints: [AdjointName]
  /// Samples of the batch, the first ones of the split.
  public var samples: Int

  /// Reads the section `sweep.memory`.
  public init(reading section: ConfigurationSection) throws {
    iterations = try section.integers(
      "iterations", default: [5, 10, 20, 50, 100], in: 1...100_000, count: 1..., "forward iterations, ascending")
    try section.require(
      zip(iterations, iterations.dropFirst()).allSatisfy { $0 < $1 },
      Failure(
        .usage, "\(section.path).iterations: expected ascending numbers, found \(iterations)", at: section.location,
        remedy: "sort them, and name each once"))
    adjoints = try section.choices(
      "adjoints", default: [AdjointName.implicit, .unrolled], count: 1..., "gradients that are measured")
    try section.requireUnique(adjoints.map(\.rawValue), "adjoints")
    samples = try section.integer("samples", default: 4, in: 1..., "samples of the batch, the first ones of the split")
    try section.finish()
  }
}
