import Equilibrium
import Records
import StudyKit
import Support
import Torch

/// Iterates some samples from several random starts, one start after the other: memory does not grow with their number, but for one last
/// state of each.
struct StartSweep<Case: CaseStudy> {
  let starts: RandomStarts
  /// The samples, the first ones of a chunk.
  let batch: Case.Batch
  /// The draw of each, which keys its starts.
  let draws: [Int]
  let seed: UInt64

  /// - Parameter usual: the last state of the usual start, of these samples and possibly further ones.
  func curves<Network: ImplicitModel>(
    of network: Network, _ solver: SolverSettings, usual: Tensor
  ) throws -> SweepSamples.Starts where Network.Batch == Case.Batch {
    let context = try network.inject(batch)
    var found = SweepSamples.Starts()
    var lasts = [try usual.narrow(0, from: 0, count: batch.sampleCount)]
    for number in 1...starts.count {
      // What takes long is stopped between starts; the chunk is then measured anew.
      if Interruption.isRequested {
        throw Interruption.failure("the samples of this chunk were not finished", remedy: "run the same command with --resume")
      }
      let random = draws.map { KeyedRandom(seed: seed, stream: "sweep/start/\(number)", index: UInt64($0)) }
      let start = try starts.start.state(of: network, context, random: random)
      let curves = try IterationCurves(Case.self, of: network, context, batch, from: start, solver)
      found.error.append(curves.error)
      found.relativeResidual.append(curves.relativeResidual)
      lasts.append(curves.last)
    }
    // A sample that met a value that is not finite stands where it was before.
    found.spread = try spread(of: lasts).enumerated().map { sample, spread in
      found.relativeResidual.allSatisfy { $0[sample].last?.isFinite ?? true } ? spread : .infinity
    }
    return found
  }

  /// The largest distance between two of the states over the largest norm of one, `[B]`; infinite where one is not finite.
  private func spread(of states: [Tensor]) throws -> [Double] {
    var (distance, size) = ([Double](repeating: 0, count: batch.sampleCount), [Double](repeating: 0, count: batch.sampleCount))
    func larger(_ values: inout [Double], _ others: [Double]) {
      for (sample, other) in others.enumerated() { values[sample] = other.isFinite ? max(values[sample], other) : .infinity }
    }
    for (number, state) in states.enumerated() {
      larger(&size, try state.sampleNorms().doubles())
      for other in states[..<number] { larger(&distance, try (state - other).sampleNorms().doubles()) }
    }
    return zip(distance, size).map { $0 == 0 ? 0 : $1.isFinite ? $0 / $1 : .infinity }
  }
}
