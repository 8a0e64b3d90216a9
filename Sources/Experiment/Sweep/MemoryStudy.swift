import Equilibrium
import Torch

/// What training costs in memory, against the iterations of its forward pass: the most bytes that one gradient of the mean loss
/// needs. Constant for adjoints that start from the equilibrium, growing for unrolling.
public struct MemoryStudy: Equatable, Sendable {
  /// Forward iterations, ascending.
  public var iterations: [Int]
  public var adjoints: [AdjointName]
  /// Samples of the batch, the first ones of the split.
  public var samples: Int

  /// Peak memory of one model. An explicit one has one number, for its only pass.
  struct Result {
    var adjoints: [String]
    var iterations: [Int]
    /// In bytes, `[adjoints][iterations]`.
    var peaks: [[Int]]
  }

  init(reading section: ConfigurationSection) throws {
    iterations = try section.integers(
      "iterations", default: [5, 10, 20, 50, 100], in: 1...100_000, count: 1..., "forward iterations, ascending")
    guard section.isDescribing || zip(iterations, iterations.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw Failure(
        .usage, "\(section.path).iterations: expected ascending numbers, found \(iterations)", at: section.place,
        remedy: "sort them, and name each once")
    }
    adjoints = try section.choices(
      "adjoints", default: [AdjointName.implicit, .unrolled], count: 1..., "gradients that are measured")
    samples = try section.integer("samples", default: 4, in: 1..., "samples of the batch, the first ones of the split")
    try section.finish()
  }

  /// - Parameters:
  ///   - model: in the element type it is trained in.
  ///   - batch: of the same type.
  /// - Returns: nil for a model without parameters, which is not trained.
  func measured<Case: CaseStudy>(_ case: Case.Type, _ model: Model<Case.Batch>, on batch: Case.Batch) throws -> Result? {
    if model.module.parameters.isEmpty { return nil }
    guard case .implicit = model else {
      return Result(adjoints: ["backpropagation"], iterations: [1], peaks: [[try peak(Case.self, model, batch, .unrolled, 1)]])
    }
    return Result(
      adjoints: adjoints.map(\.rawValue), iterations: iterations,
      peaks: try adjoints.map { adjoint in
        try iterations.map { try peak(Case.self, model, batch, adjoint, $0) }
      })
  }

  /// Forward and adjoint equation by Picard steps, exactly so many: nothing but their number changes.
  private func peak<Case: CaseStudy>(
    _ case: Case.Type, _ model: Model<Case.Batch>, _ batch: Case.Batch, _ name: AdjointName, _ iterations: Int
  ) throws -> Int {
    let picard = SolverSettings(.picard(Picard()), stopping: .exactly(iterations))
    let adjoint: Adjoint =
      switch name {
      case .unrolled: .unrolled(steps: iterations, damping: 1)
      case .implicit: .implicit(ImplicitAdjoint(solver: picard, lossPoint: .equilibrium))
      case .phantom: .phantom(PhantomAdjoint())
      case .jacobianFree: .jacobianFree
      }
    let gradient = BatchGradient<Case>(
      model: model, forward: picard, adjoint: adjoint, untrackedIterations: 0, threads: 1, jacobianWeight: 0,
      probe: { _, state in state }, random: { KeyedRandom(seed: 0, stream: "memory", index: UInt64($0)) })
    return try Runtime.measuringPeakMemory { try gradient(batch) }.bytes
  }
}
