import Equilibrium
import Foundation
import StudyKit
import Torch

/// What one sample costs: floating-point operations, wall and processor time from the input to the output of each iterate.
struct SampleCost {
  /// `[k]`
  var flops: [Double]
  var seconds: [Double]
  var processorSeconds: [Double]

  /// A duration by two clocks.
  private struct Time {
    var wall = 0.0
    /// Of all threads of this process.
    var processor = 0.0

    static func now() -> Time {
      var clock = timespec()
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &clock)
      var wall = timespec()
      clock_gettime(CLOCK_MONOTONIC, &wall)
      func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec) }
      return Time(wall: seconds(wall), processor: seconds(clock))
    }

    static func + (left: Time, right: Time) -> Time {
      Time(wall: left.wall + right.wall, processor: left.processor + right.processor)
    }
  }

  /// How often the passes are timed; the fastest counts, since others on the machine only ever make a pass slower.
  private static let repeats = 3

  /// Measured on one batch, on the calling thread, after one pass to warm up.
  init<Case: CaseStudy>(
    of model: Model<Case.Batch>, case: Case.Type, on batch: Case.Batch, solver: SolverSettings, device: Device
  ) throws {
    let share = 1 / Double(batch.sampleCount)
    func timed<Value>(_ body: () throws -> Value) throws -> (value: Value, time: Time) {
      let start = Time.now()
      let value = try body()
      try Runtime.synchronize(device)
      let end = Time.now()
      return (value, Time(wall: (end.wall - start.wall) * share, processor: (end.processor - start.processor) * share))
    }
    func fastest(_ pass: () throws -> [Time]) throws -> [Time] {
      var passes: [[Time]] = []
      for _ in 0..<Self.repeats { passes.append(try pass()) }
      return passes.min { ($0.last?.wall ?? 0) < ($1.last?.wall ?? 0) } ?? []
    }
    func implicit<Network: ImplicitModel>(_ network: Network) throws -> (flops: [Double], times: [Time])
    where Network.Batch == Case.Batch {
      let (context, injectFlops) = try Runtime.countingFlops { try network.inject(batch) }
      let start = try network.initialState(context)
      let (_, stepFlops) = try Runtime.countingFlops { try network.step(start, context) }
      let (_, readoutFlops) = try Runtime.countingFlops { try network.readout(start, context) }
      let times = try fastest {
        let inject = try timed { try network.inject(batch) }.time
        let readout = try timed { try network.readout(start, context) }.time
        // The residual costs one evaluation beyond the iterate, so iterate k is there after the first k evaluations.
        let first = try timed {
          try FixedPointIteration(from: start, settings: solver) { try network.step($0, context) }
        }
        var iteration = first.value
        var times = [inject + readout]
        var elapsed = inject + first.time
        for _ in 0..<solver.stopping.maximumIterations {
          times.append(elapsed + readout)
          elapsed = try elapsed + timed { try iteration.advance(map: { try network.step($0, context) }) }.time
        }
        return times
      }
      let flops = times.indices.map { (injectFlops + readoutFlops + Double($0) * stepFlops) * share }
      return (flops, times)
    }
    let (flops, times) = try Autograd.withoutTracking { () -> ([Double], [Time]) in
      switch model {
      case .explicit(let network):
        let (_, count) = try Runtime.countingFlops { try network.predict(batch) }
        return ([count * share], try fastest { [try timed { try network.predict(batch) }.time] })
      case .implicit(let network): return try implicit(network)
      }
    }
    (self.flops, seconds, processorSeconds) = (flops, times.map(\.wall), times.map(\.processor))
  }
}
