import Equilibrium
import Testing

struct OptionTests {
  private func trace(_ settings: SolverSettings) throws -> [[Double]] {
    let map = LinearMap.random(7, norm: 0.95, seed: 11)
    var states: [[Double]] = []
    _ = try fixedPoint(of: { map($0) }, from: [Double](repeating: 0, count: 7), settings: settings) {
      states.append($0.state)
    }
    return states
  }

  @Test
  func `Every solver setting changes the iterates`() throws {
    let variants: [Solver] = [
      .picard(Picard()), .picard(Picard(damping: 0.5)), .anderson(Anderson(window: 4)), .anderson(Anderson(window: 3)),
      .anderson(Anderson(window: 4, mixing: 0.6)), .anderson(Anderson(window: 4, regularization: .relative(1e-2))),
      .anderson(Anderson(window: 4, regularization: .absolute(1e-2))),
      .anderson(Anderson(window: 4, regularization: .absolute(1e-4))), .broyden(Broyden()),
      .broyden(Broyden(memory: 2)),
    ]
    let traces = try variants.map { try trace(SolverSettings($0, stopping: .exactly(10))) }
    for first in traces.indices {
      for second in traces.indices where second > first { #expect(traces[first] != traces[second]) }
    }
  }

  @Test
  func `A window of 1 is damped Picard`() throws {
    let anderson = try trace(SolverSettings(.anderson(Anderson(window: 1, mixing: 0.4)), stopping: .exactly(6)))
    let picard = try trace(SolverSettings(.picard(Picard(damping: 0.4)), stopping: .exactly(6)))
    #expect(anderson == picard)
  }

  @Test
  func `Absolute and relative tolerance stop at the first residual below them`() throws {
    // G(y) = y / 2 + 50 from 0: y_k = 100 (1 - 2^-k), residual 50 / 2^k, value at y_k is y_{k+1}
    let map = { (y: [Double]) in y.map { $0 / 2 + 50 } }
    func iterations(_ mode: StoppingCriteria.ToleranceMode) throws -> Int {
      let stopping = StoppingCriteria(maximumIterations: 60, tolerance: 1e-2, mode: mode)
      return try fixedPoint(of: map, from: [0.0], settings: SolverSettings(stopping: stopping)).iterations[0]
    }
    #expect(try iterations(.absolute) == 13)  // 50 / 2^13 = 0.0061
    #expect(try iterations(.relative) == 6)  // 50 / 2^6 / 99.2 = 0.0079
  }

  @Test
  func `Tolerance 0 makes exactly K steps and K + 1 evaluations, and the last iterate is returned`() throws {
    for solver in everySolver {
      var calls = 0
      var indices: [Int] = []
      var last: [Double] = []
      let solution = try fixedPoint(
        of: { (y: [Double]) in
          calls += 1
          return y.map { 0.3 * $0 + 1 }
        }, from: [0.0, 5], settings: SolverSettings(solver, stopping: .exactly(9))
      ) {
        indices.append($0.index)
        last = $0.state
      }
      #expect(indices == Array(0...9))
      #expect(solution.iterations == [9])
      #expect(solution.statuses == [.iterationLimit])
      #expect(solution.evaluations == [calls])
      if solver.kind != .broyden { #expect(calls == 10) }
      #expect(solution.state == last)
    }
  }

  @Test
  func `The last iterate is returned unless the best is asked for`() throws {
    // The first entry counts the steps, the second moves by the gap given for that step.
    let gaps = [1.0, 0.5, 0.25, 0.125, 0.3, 0.6, 0.9]
    let map = { (y: [Double]) in [y[0] + 1, y[1] + gaps[Int(y[0])]] }
    func solution(_ returning: SolverSettings.ReturnedIterate) throws -> Solution<[Double]> {
      try fixedPoint(
        of: map, from: [0.0, 0], settings: SolverSettings(stopping: .exactly(6), returning: returning))
    }
    let last = try solution(.last)
    #expect(last.state[0] == 6)
    #expect(last.returnedIterates == [6])
    let best = try solution(.best)
    #expect(best.state[0] == 3)
    #expect(best.returnedIterates == [3])
    #expect(best.iterations == [6])
    #expect(best.residuals == last.residuals)
  }

  @Test func `The lowest batch residual is looked for among all iterates from 2 on, for the batch together`() throws {
    // The first entry of each sample counts the steps, the second moves by the gap of that step.
    let gaps = [[0.01, 0.02, 0.5, 0.9, 0.6], [0.01, 0.02, 0.9, 0.2, 0.4]]
    let map = { (y: VectorBatch) in
      try VectorBatch(zip(gaps, y.rows).map { [$1[0] + 1, $1[1] + $0[Int($1[0])]] })
    }
    func solution(_ steps: Int) throws -> Solution<VectorBatch> {
      try fixedPoint(
        of: map, from: VectorBatch([[0, 0], [0, 0]]),
        settings: SolverSettings(stopping: .exactly(steps), returning: .lowestBatchResidual))
    }
    // Squared residuals beyond the common 1: 0.25 + 0.81, 0.81 + 0.04, 0.36 + 0.16.
    #expect(try solution(4).returnedIterates == [4, 4])
    #expect(try solution(3).returnedIterates == [3, 3])
    #expect(try solution(3).state.rows[1][0] == 3)
    #expect(try solution(1).returnedIterates == [0, 0])
  }

  @Test(
    "a setting outside its range is an error that names it",
    arguments: [
      ("maximumIterations", SolverSettings(stopping: .exactly(0))),
      ("maximumIterations", SolverSettings(stopping: .exactly(-3))),
      ("tolerance", SolverSettings(stopping: StoppingCriteria(tolerance: .nan))),
      ("tolerance", SolverSettings(stopping: StoppingCriteria(tolerance: -1e-3))),
      ("divergenceThreshold", SolverSettings(stopping: StoppingCriteria(divergenceThreshold: 0.5))),
      ("divergenceThreshold", SolverSettings(stopping: StoppingCriteria(divergenceThreshold: .nan))),
      ("damping", SolverSettings(.picard(Picard(damping: -0.1)))),
      ("damping", SolverSettings(.picard(Picard(damping: .nan)))),
      ("damping", SolverSettings(.picard(Picard(damping: 1.5)))),
      ("window", SolverSettings(.anderson(Anderson(window: 0)))),
      ("mixing", SolverSettings(.anderson(Anderson(mixing: 0)))),
      ("regularization", SolverSettings(.anderson(Anderson(regularization: .relative(-1))))),
      ("regularization", SolverSettings(.anderson(Anderson(regularization: .absolute(.infinity))))),
      ("memory", SolverSettings(.broyden(Broyden(memory: 0)))),
    ])
  func invalidSettings(name: String, settings: SolverSettings) throws {
    #expect {
      try fixedPoint(of: { (y: [Double]) in y }, from: [1.0], settings: settings)
    } throws: { error in
      guard case EquilibriumError.invalidSetting(name: name, found: _, expected: _) = error else { return false }
      return "\(error)".contains(name)
    }
  }

  @Test
  func `An empty start and a map that changes the shape are errors`() throws {
    #expect(throws: EquilibriumError.emptyState(role: "the start of the iteration", shape: [1, 0])) {
      try fixedPoint(of: { (y: [Double]) in y }, from: [])
    }
    #expect(throws: EquilibriumError.shapeMismatch(role: "the value of the map", expected: [1, 2], found: [1, 3])) {
      try fixedPoint(of: { (y: [Double]) in y + [0] }, from: [1.0, 2])
    }
    #expect(throws: EquilibriumError.self) { try VectorBatch([[1, 2], [3]]) }
  }

  @Test
  func `Solvers and modes are found by the names configurations use`() {
    #expect(SolverKind.allCases.map(\.rawValue) == ["picard", "anderson", "broyden"])
    for kind in SolverKind.allCases { #expect(kind.solver.kind == kind) }
    #expect(SolverKind(rawValue: "Anderson") == nil)
  }
}
