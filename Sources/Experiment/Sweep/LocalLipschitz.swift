import Equilibrium
import Torch

/// The section `sweep.lipschitz`: at which iterations t, and for how many samples, the local Lipschitz constant of x -> y_t is
/// computed, the largest singular value of d y_t / d x, by power iteration. A sampled ratio is a lower bound of it.
public struct LocalLipschitz: Equatable, Sendable {
  /// None: it is not computed.
  public var iterations: [Int]
  /// Samples of the sweep, from the first.
  public var samples: Int
  public var power: PowerIteration

  init(reading section: ConfigurationSection) throws {
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
    guard Set(iterations).count == iterations.count else {
      throw Failure(
        .usage, "\(section.path).iterations: expected different ones, found one twice", at: section.place,
        remedy: "name each once")
    }
  }

  /// Constants `[sample][t]`, and 1 where the power iteration has converged; where it has not they are lower bounds.
  struct Values: Sendable {
    var constants: [[Double]] = []
    var converged: [[UInt8]] = []
  }

  /// - Parameter draws: the draw of each sample, which its power iteration starts from.
  func values<Case: CaseStudy>(
    _ case: Case.Type, _ model: Model<Case.Batch>, _ solver: Solver, at batch: Case.Batch, seed: UInt64, draws: [Int]
  ) throws -> Values {
    guard let point = try Case.realInput(of: batch) else {
      throw Failure(
        .usage, "the inputs of \(Case.name) are no vectors of real numbers that a Lipschitz constant is about",
        at: "sweep.lipschitz.iterations", remedy: "set it to []")
    }
    guard case .picard(let picard) = solver else {
      throw Failure(
        .usage, "local Lipschitz constants are those of plain iterations, but the solver is \(solver.kind.rawValue)",
        at: "sweep.lipschitz.iterations", remedy: "set it to [], or sweep.solver.name to picard")
    }
    let entries = point.value.count / batch.sampleCount
    let normals = draws.flatMap { draw in
      var random = KeyedRandom(seed: seed, stream: "sweep/lipschitz", index: UInt64(draw))
      return random.normals(entries)
    }
    let start = try Tensor(normals, shape: point.value.shape, type: point.value.type, device: point.value.device)
    let found = try iterations.map { t in
      let jacobian = try Linearization<Tensor>(
        of: { try output(model, point.replaced($0), iterations: t, picard) }, at: point.value,
        forwardProducts: .centralDifferences)
      return try spectralNorm(of: jacobian, from: start, settings: power)
    }
    let samples = 0..<batch.sampleCount
    return Values(
      constants: samples.map { sample in found.map { $0.values[sample] } },
      converged: samples.map { sample in found.map { $0.converged[sample] ? 1 : 0 } })
  }

  private func output<Batch: SampleBatch>(
    _ model: Model<Batch>, _ batch: Batch, iterations: Int, _ picard: Picard
  ) throws -> Tensor {
    func iterate<Network: ImplicitModel>(_ network: Network) throws -> Tensor where Network.Batch == Batch {
      let context = try network.inject(batch)
      var state = try network.initialState(context)
      for _ in 0..<iterations {
        state = try state.moved(toward: network.step(state, context), by: picard.damping)
      }
      return try network.readout(state, context)
    }
    switch model {
    case .explicit(let network): return try network.predict(batch)
    case .implicit(let network): return try iterate(network)
    }
  }
}
