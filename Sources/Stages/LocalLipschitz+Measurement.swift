import Equilibrium
import StudyKit
import Support
import Torch

extension LocalLipschitz {
  /// Constants `[sample][t]`, and 1 where the power iteration has converged; where it has not they are lower bounds. Infinite where
  /// y_t or its derivative is not finite.
  ///
  /// - Parameter draws: the draw of each sample, which its power iteration starts from.
  func measured<Case: CaseStudy>(
    _ case: Case.Type, _ model: Model<Case.Batch>, _ solver: Solver, at batch: Case.Batch, seed: UInt64, draws: [Int]
  ) throws -> (constants: [[Double]], converged: [[UInt8]]) {
    guard let point = try (Case.self as? any HasRealInput<Case.Batch>.Type)?.realInput(of: batch) else {
      throw Failure(
        .usage, "the inputs of \(Case.name) are no vectors of real numbers that a Lipschitz constant is about",
        at: "sweep.lipschitz.iterations", remedy: "set it to []")
    }
    guard case .picard(let picard) = solver, picard.patience == nil else {
      throw Failure(
        .usage,
        "local Lipschitz constants are those of plain iterations with one damping, but the solver is \(solver.kind.rawValue)"
          + (solver.kind == .picard ? " with patience" : ""),
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
    return (
      constants: samples.map { sample in found.map { $0.values[sample].isFinite ? $0.values[sample] : .infinity } },
      converged: samples.map { sample in found.map { $0.converged[sample] ? 1 : 0 } }
    )
  }

  private func output<Batch: SampleBatch>(
    _ model: Model<Batch>, _ batch: Batch, iterations: Int, _ picard: Picard
  ) throws -> Tensor {
    func iterate<Network: ImplicitModel>(_ network: Network) throws -> Tensor where Network.Batch == Batch {
      let context = try network.inject(batch)
      var state = try network.initialState(context)
      for _ in 0..<iterations {
        state = try state.lerp(to: network.step(state, context), weight: picard.damping)
      }
      return try network.readout(state, context)
    }
    switch model {
    case .explicit(let network): return try network.predict(batch)
    case .implicit(let network): return try iterate(network)
    }
  }
}
