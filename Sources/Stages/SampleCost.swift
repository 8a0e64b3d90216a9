import Equilibrium
import StudyKit
import Torch

/// What one sample costs: floating-point operations and wall time from the input to the output of each iterate.
struct SampleCost {
  /// `[k]`
  var flops: [Double]
  var seconds: [Double]

  /// Measured on one batch, on the calling thread, after one pass to warm up.
  init<Case: CaseStudy>(
    of model: Model<Case.Batch>, case: Case.Type, on batch: Case.Batch, solver: SolverSettings, device: Device
  ) throws {
    let share = 1 / Double(batch.sampleCount)
    func timed<Value>(_ body: () throws -> Value) throws -> (value: Value, seconds: Double) {
      let start = ContinuousClock.now
      let value = try body()
      try Runtime.synchronize(device)
      return (value, (ContinuousClock.now - start) / .seconds(1) * share)
    }
    func implicit<Network: ImplicitModel>(_ network: Network) throws -> (flops: [Double], seconds: [Double])
    where Network.Batch == Case.Batch {
      let (context, injectFlops) = try Runtime.countingFlops { try network.inject(batch) }
      let start = try network.initialState(context)
      let (_, stepFlops) = try Runtime.countingFlops { try network.step(start, context) }
      let (_, readoutFlops) = try Runtime.countingFlops { try network.readout(start, context) }
      let inject = try timed { try network.inject(batch) }.seconds
      let readout = try timed { try network.readout(start, context) }.seconds
      // The residual costs one evaluation beyond the iterate, so iterate k is there after the first k evaluations.
      let first = try timed {
        try FixedPointIteration(from: start, settings: solver) { try network.step($0, context) }
      }
      var iteration = first.value
      var seconds = [inject + readout]
      var elapsed = inject + first.seconds
      for _ in 0..<solver.stopping.maximumIterations {
        seconds.append(elapsed + readout)
        elapsed += try timed { try iteration.advance(map: { try network.step($0, context) }) }.seconds
      }
      let flops = seconds.indices.map { (injectFlops + readoutFlops + Double($0) * stepFlops) * share }
      return (flops, seconds)
    }
    (flops, seconds) = try Autograd.withoutTracking {
      switch model {
      case .explicit(let network):
        let (_, count) = try Runtime.countingFlops { try network.predict(batch) }
        return ([count * share], [try timed { try network.predict(batch) }.seconds])
      case .implicit(let network): return try implicit(network)
      }
    }
  }
}
