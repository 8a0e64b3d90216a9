import Equilibrium
import Foundation
import Testing

/// Five samples that end differently: fast, slow, expanding, non-finite after a while, tanh.
private let mixedMaps: [@Sendable ([Double]) -> [Double]] = [
  { y in LinearMap.random(4, norm: 0.2, seed: 1)(y) },
  { y in LinearMap.random(4, norm: 0.97, seed: 2)(y) },
  { y in y.map { 3 * $0 + 1 } },
  { y in y.map { log($0 - 0.4) } },
  { y in LinearMap.random(4, norm: 0.9, seed: 5)(y).map { tanh($0) } },
]

private let starts: [[Double]] = (0..<5).map { sample in
  var random = TestRandom(UInt64(100 + sample))
  return random.vector(4).map { 1 + $0 / 10 }
}

struct PerSampleTests {
  private let stopping = StoppingCriteria(
    maximumIterations: 25, tolerance: 1e-9, mode: .absolute, divergenceThreshold: 1e4)

  @Test(arguments: everySolver)
  func `A sample solved with others equals the sample solved alone, bit for bit`(solver: Solver) throws {
    // The published choice is about the batch, see OptionTests.
    for returning in SolverSettings.ReturnedIterate.allCases where returning != .lowestBatchResidual {
      let settings = SolverSettings(solver, stopping: stopping, returning: returning)
      let together = try fixedPoint(of: rowwise(mixedMaps), from: VectorBatch(starts), settings: settings)
      for sample in starts.indices {
        let alone = try fixedPoint(of: { mixedMaps[sample]($0) }, from: starts[sample], settings: settings)
        #expect(alone.state == together.state.rows[sample])
        #expect(alone.statuses[0] == together.statuses[sample])
        #expect(alone.iterations[0] == together.iterations[sample])
        #expect(alone.returnedIterates[0] == together.returnedIterates[sample])
        #expect(alone.evaluations[0] == together.evaluations[sample])
        #expect(alone.residuals[0].map(\.bitPattern) == together.residuals[sample].map(\.bitPattern))
        #expect(alone.relativeResiduals[0].map(\.bitPattern) == together.relativeResiduals[sample].map(\.bitPattern))
      }
    }
  }

  @Test
  func `Plain iteration gives each sample its own status, and the trace ends where the sample does`() throws {
    let solution = try fixedPoint(
      of: rowwise(mixedMaps), from: VectorBatch(starts), settings: SolverSettings(stopping: stopping))
    #expect(solution.statuses[..<4] == [.converged, .iterationLimit, .diverged, .nonFinite])
    for sample in starts.indices {
      #expect(solution.residuals[sample].count == solution.iterations[sample] + 1)
      #expect(solution.evaluations[sample] == solution.iterations[sample] + 1)
    }
    #expect(solution.state.rows[3].allSatisfy { $0.isFinite })
    #expect(solution.residuals[3].last?.isFinite == false)
    #expect(!solution.converged)
    for status in SolveStatus.allCases { #expect(status.description.hasSuffix(".")) }
  }

  @Test(arguments: everySolver)
  func `A stopped sample keeps its state bit for bit while its mates go on`(solver: Solver) throws {
    var stopped: [Int: [Double]] = [:]
    let solution = try fixedPoint(
      of: rowwise(mixedMaps), from: VectorBatch(starts), settings: SolverSettings(solver, stopping: stopping)
    ) { iterate in
      for (sample, status) in iterate.statuses.enumerated() where status != nil {
        if let state = stopped[sample] { #expect(iterate.state.rows[sample] == state) }
        stopped[sample] = iterate.state.rows[sample]
      }
    }
    #expect(stopped.count == starts.count)
    for (sample, state) in stopped { #expect(solution.state.rows[sample] == state) }
    #expect(Set(solution.iterations).count > 1)
  }

  @Test
  func `A start that is not finite ends at once without touching its mates`() throws {
    let start = try VectorBatch([[.nan, 0], [1, 1]])
    let solution = try fixedPoint(
      of: rowwise([{ $0 }, { $0.map { $0 / 2 } }]), from: start, settings: SolverSettings(stopping: .exactly(3)))
    #expect(solution.statuses == [.nonFinite, .iterationLimit])
    #expect(solution.iterations == [0, 3])
    #expect(solution.state.rows[1] == [0.125, 0.125])
  }
}
