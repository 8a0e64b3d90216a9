import Foundation
import Records
import StudyKit
import Testing

/// What a sweep says of samples whose iteration fails. It makes exactly K steps, so that nothing else would.
@Suite struct SweepFailureTests {
  /// Converges; diverges to 1e28, which is a number; leaves the numbers at y_3 = 1e120, whose squared residual float64 does not hold.
  static let gains = [0.5, 1e4, 1e60]

  @Test func `A sample that met a non-finite value has infinite errors and residuals from there on`() throws {
    let sweep = try SweepBench(gains: Self.gains).sweep()
    let statuses = try #require(sweep.statuses)
    #expect(statuses == [.iterationLimit, .diverged, .nonFinite])
    let residual = try #require(sweep.residual)
    let first = try #require(sweep.error.row(2).firstIndex { !$0.isFinite })
    #expect((2...6).contains(first))
    for curves in [sweep.error, residual, sweep.lipschitzRatio[0], sweep.perturbedError[0]] {
      #expect(curves.row(2)[..<first].allSatisfy { $0.isFinite })
      #expect(curves.row(2)[first...].allSatisfy { $0 == .infinity })
    }
  }

  @Test func `A quality of such a sample and its output are no number, since infinite could read as good`() throws {
    let bench = try SweepBench(gains: Self.gains)
    defer { withExtendedLifetime(bench) {} }
    let sweep = try bench.sweep()
    let first = try #require(sweep.error.row(2).firstIndex { !$0.isFinite })
    #expect(sweep.qualities[0].curves.row(2)[..<first].allSatisfy { $0.isFinite })
    #expect(sweep.qualities[0].curves.row(2)[first...].allSatisfy { $0.isNaN })
    let outputs = try #require(try sweep.outputs())
    #expect(outputs[18..<(18 + first)].allSatisfy { $0.isFinite } && outputs[(18 + first)...].allSatisfy { $0.isNaN })
    #expect(try FileValidation(of: sweep.source.path).problems == [])
  }

  @Test func `A sample that diverges within the numbers says so, and keeps what was measured`() throws {
    let sweep = try SweepBench(gains: Self.gains).sweep()
    #expect(sweep.statuses?[1] == .diverged)
    let exact = (0...8).map { t in (0..<t).reduce(0.0) { sum, _ in 1e4 * sum + 1 } + 1 / (1e4 - 1) }
    for (found, expected) in zip(sweep.error.row(1), exact) { #expect(abs(found - expected) <= 1e-12 * expected) }
    #expect(sweep.residual?.row(1).allSatisfy { $0.isFinite } == true)
  }

  @Test func `A sweep says how near a fixed point the samples are, and whether they stand, alternate or move on`() throws {
    // g = -1 alternates between 0 and 1; g = 1.001 goes on by about one a step.
    let sweep = try SweepBench(gains: [0.5, -1, 1.001]).sweep("iteration", "sweep.iterations=40")
    let relative = try #require(sweep.relativeResidual)
    for (k, found) in relative.row(0).enumerated() {
      // y_k = 2 (1 - .5^k), so that ||G(y) - y|| / ||G(y)|| = .5^k / (2 - .5^k).
      let exact = pow(0.5, Double(k)) / (2 - pow(0.5, Double(k)))
      #expect(abs(found - exact) <= 1e-12)
    }
    #expect(sweep.limitPeriods?.map(\.rawValue) == [1, 2, 0])
    #expect(sweep.limitPeriods?.map(\.isCycle) == [false, true, false])
  }

  @Test func `A sample that grows, but not by the threshold, has not diverged`() throws {
    // From y_0 = 0 the residual is g^t times |G(0)|: 4^8 = 65,536 is below a million, 6^8 = 1,679,616 is not.
    #expect(try SweepBench(gains: [4, 6]).sweep().statuses == [.iterationLimit, .diverged])
  }

  @Test func `A sample is judged alone, whatever its batch mates do`() throws {
    let bench = try SweepBench(gains: Self.gains)
    let together = try bench.sweep()
    let apart = try bench.sweep("iteration", "sweep.chunk=1")
    #expect(together.statuses == apart.statuses)
    #expect(together.error == apart.error && together.residual == apart.residual)
  }

  @Test func `A perturbed problem whose own iteration fails takes its ratio and error with it, and nothing else`() throws {
    let sweep = try SweepBench(gains: [0.5]).sweep("iteration", "sweep.perturbations.factor=1e60")
    #expect(sweep.statuses == [.iterationLimit])
    #expect(sweep.error.values.allSatisfy { $0.isFinite } && sweep.residual?.values.allSatisfy { $0.isFinite } == true)
    let first = try #require(sweep.lipschitzRatio[0].values.firstIndex { !$0.isFinite })
    #expect(sweep.lipschitzRatio[0].values[first...].allSatisfy { $0 == .infinity })
    #expect(sweep.perturbedError[0].values[..<first].allSatisfy { $0.isFinite })
    #expect(sweep.perturbedError[0].values[first...].allSatisfy { $0 == .infinity })
  }

  @Test func `An explicit network whose output is not finite has an infinite error`() throws {
    let sweep = try SweepBench(gains: [0.5, 1e60]).sweep("pass")
    #expect(sweep.statuses == nil)
    #expect(sweep.error.values[0].isFinite && sweep.error.values[1] == .infinity)
    #expect(sweep.qualities[0].curves.values[1].isNaN)
  }

  @Test func `A local Lipschitz constant beyond the numbers is infinite, and its power iteration has not converged`() throws {
    let bench = try SweepBench(gains: Self.gains)
    defer { withExtendedLifetime(bench) {} }
    let sweep = try bench.sweep("iteration", "sweep.lipschitz={iterations: [2, 8]}")
    let found = try #require(sweep.localLipschitz)
    // d y_2 / d x = 1 + g
    #expect(abs(found.constants.values[0] - 1.5) < 1e-6 && found.converged[0])
    #expect(found.constants.row(2)[1] == .infinity && !found.converged[5])
    #expect(try FileValidation(of: sweep.source.path).problems == [])
  }
}
