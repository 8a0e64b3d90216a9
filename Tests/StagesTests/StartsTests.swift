import Foundation
import Records
import StudyKit
import Support
import Testing

/// Random starts and other solvers in a sweep, on maps whose fixed points are known.
@Suite struct StartsTests {
  private static let starts = "sweep.starts={count: 3, scale: 2}"

  @Test func `Every start of a contraction comes to the one equilibrium, and alternating ones do not`() throws {
    let sweep = try SweepBench(gains: [0.5, -1]).sweep("iteration", Self.starts, "sweep.iterations=60")
    let starts = try #require(sweep.starts)
    #expect(starts.count == 3)
    #expect(starts.spread[0] < 1e-12 && starts.spread[1] > 0.1)
    for (error, residual) in zip(starts.error, starts.relativeResidual) {
      // The error of y_t = y* + g^t (y_0 - y*) halves with every step; the residual is half the error here.
      let row = error.row(0)
      #expect(row[0] > 0 && row[60] < 1e-12)
      for t in 0..<20 { #expect(abs(row[t + 1] / row[t] - 0.5) < 1e-6) }
      #expect(residual.row(0)[60] < 1e-12 && residual.row(1)[60] > 1e-3)
    }
    #expect(Set(starts.error.map { $0.row(0)[0] }).count == 3)
  }

  @Test func `The starts of a sample depend on nothing but the seed and its draw`() throws {
    let bench = try SweepBench(gains: [0.5, 0.9, -0.3, 0.2])
    let together = try bench.sweep("iteration", Self.starts).starts
    #expect(try bench.sweep("iteration", Self.starts, "sweep.chunk=1").starts == together)
    #expect(
      try bench.sweep("iteration", "sweep.starts={count: 3, scale: 2, samples: 3}", "sweep.chunk=2").starts?.spread
        == together.map { Array($0.spread.prefix(3)) })
    #expect(try bench.sweep("iteration", Self.starts, "seed=2").starts != together)
    #expect(
      try bench.sweep("iteration", "sweep.starts={count: 5, scale: 2}").starts?.error.prefix(3).map(\.values)
        == together?.error.map(\.values))
  }

  @Test func `A start that leaves the numbers is infinite, and so is the spread`() throws {
    let bench = try SweepBench(gains: [0.5, 1e60])
    let sweep = try bench.sweep("iteration", Self.starts)
    let starts = try #require(sweep.starts)
    #expect(starts.error[0].row(1).last == .infinity && starts.spread[1] == .infinity && starts.spread[0].isFinite)
    #expect(try FileValidation(of: sweep.source.path).problems == [])
  }

  @Test func `The contraction factor is that of the map`() throws {
    let sweep = try SweepBench(gains: [0.5, -0.9, 1.1]).sweep("iteration", "sweep.iterations=100")
    for (found, gain) in zip(try #require(sweep.contractionFactors), [0.5, 0.9, 1.1]) { #expect(abs(found - gain) < 1e-6) }
  }

  @Test func `Other solvers are measured beside that of the sweep, each with its evaluations`() throws {
    let sweep = try SweepBench(gains: [0.5, -1]).sweep(
      "iteration", "sweep.solvers=[{name: anderson}, {name: broyden}, {name: picard, damping: 0.5}]")
    #expect(sweep.solvers.map(\.name) == ["anderson", "broyden", "picard"])
    for solver in sweep.solvers.prefix(2) {
      // Linear in one number: two differences tell all.
      for sample in 0..<2 { #expect(solver.error.row(sample)[3] < 1e-6) }
      #expect(solver.evaluations.row(0).prefix(3) == [1, 2, 3])
    }
    // y_t = y* + (1 - d + d g)^t (y_0 - y*): .75^t for g = 1/2, and 0 at once for g = -1.
    let damped = sweep.solvers[2]
    for t in 0...8 { #expect(abs(damped.error.row(0)[t] - 2 * pow(0.75, Double(t))) < 1e-12) }
    #expect(damped.error.row(1)[1] < 1e-15)
  }

  @Test(arguments: ["sweep.starts={count: 2}", "sweep.solvers=[{name: anderson}]"])
  func `Starts and solvers asked of a model without state are refused, those of the file are for others`(option: String) throws {
    let bench = try SweepBench(gains: [0.5])
    let failure = try #require(throws: Failure.self) { try bench.sweep("pass", option) }
    #expect(failure.status == .usage && failure.problem.contains("no state to start from"))
    #expect(
      try bench.sweep("pass", option, option.hasPrefix("sweep.starts") ? "sweep.starts=null" : "sweep.solvers=[]").starts == nil)
  }

  @Test(arguments: [
    ("sweep.starts={count: 0}", "count"), ("sweep.starts={count: 2, scale: 0}", "scale"),
    ("sweep.starts={count: 2, scale: .nan}", "scale"),
    ("sweep.starts={count: 2, samples: 0}", "samples"), ("sweep.starts={}", "count"),
    ("sweep.solvers=[{name: anderson}, {name: anderson}]", "twice"), ("sweep.solvers=[{name: newton}]", "newton"),
    ("sweep.solver={name: picard, patience: 0}", "patience"),
  ])
  func `Numbers of starts, scales and solvers that are none are refused`(option: String, word: String) throws {
    let bench = try SweepBench(gains: [0.5])
    let failure = try #require(throws: Failure.self) { try bench.sweep("iteration", option) }
    #expect(failure.status == .usage && "\(failure)".contains(word), "\(failure)")
  }
}
