import Equilibrium
import Foundation
import Testing

struct SolverTests {
  @Test(arguments: everySolver)
  func `Every solver finds the closed-form fixed point of linear contractions`(solver: Solver) throws {
    for seed in UInt64(0)..<20 {
      let map = LinearMap.random(8, norm: 0.7, seed: seed)
      let stopping = StoppingCriteria(maximumIterations: 300, tolerance: 1e-12, mode: .absolute)
      let solution = try fixedPoint(
        of: { map($0) }, from: [Double](repeating: 0, count: 8), settings: SolverSettings(solver, stopping: stopping))
      #expect(solution.statuses == [.converged])
      // ||y - y*|| <= ||r|| / (1 - 0.7) in the norm the map contracts in, times the equivalence factor sqrt(8)
      #expect(distance(solution.state, map.fixedPoint) < 1e-11)
    }
  }

  @Test(arguments: everySolver)
  func `Every solver finds the fixed point of a tanh map`(solver: Solver) throws {
    for seed in UInt64(0)..<20 {
      let inner = LinearMap.random(6, norm: 0.9, seed: seed)
      let map = { (y: [Double]) in inner(y).map { tanh($0) } }
      let stopping = StoppingCriteria(maximumIterations: 400, tolerance: 1e-11, mode: .absolute)
      let solution = try fixedPoint(
        of: map, from: [Double](repeating: 0, count: 6), settings: SolverSettings(solver, stopping: stopping))
      #expect(solution.statuses == [.converged])
      #expect(distance(map(solution.state), solution.state) < 1e-11)
    }
  }

  @Test
  func `Anderson with a window above n and Broyden end a linear problem in n + 1 and 2 n steps`() throws {
    for seed in UInt64(0)..<20 {
      let count = 5
      let map = LinearMap.random(count, norm: 0.9, seed: seed)
      let start = [Double](repeating: 0, count: count)
      for (solver, steps) in [
        (Solver.anderson(Anderson(window: count + 2)), count + 1), (.broyden(Broyden()), 2 * count),
      ] {
        let solution = try fixedPoint(
          of: { map($0) }, from: start, settings: SolverSettings(solver, stopping: .exactly(steps)))
        // Exact arithmetic would give 0; the normal equations of the small problems square its condition number.
        #expect(solution.residuals[0][steps] < 1e-7 * solution.residuals[0][0], "\(solver.kind), seed \(seed)")
      }
    }
  }

  @Test
  func `With patience, plain iteration that cycles or grows comes to rest, and samples that settle keep their steps`() throws {
    // Eigenvalues below -1: undamped steps grow, halved ones contract.
    let map = LinearMap.symmetric(eigenvalues: [-1.6, -1, -0.5, 0.2], seed: 5)
    let stopping = StoppingCriteria(maximumIterations: 300, tolerance: 1e-10, mode: .absolute)
    func solve(_ start: [[Double]], _ picard: Picard) throws -> Solution<VectorBatch> {
      try fixedPoint(
        of: { try VectorBatch($0.rows.map { map($0) }) }, from: VectorBatch(start),
        settings: SolverSettings(.picard(picard), stopping: stopping))
    }
    let start = [[Double](repeating: 0, count: 4), [Double](repeating: 1, count: 4)]
    let plain = try solve(start, Picard())
    #expect(!plain.statuses.contains(.converged))
    let patient = try solve(start, Picard(patience: 3))
    #expect(patient.statuses == [.converged, .converged])
    for row in patient.state.rows { #expect(distance(row, map.fixedPoint) < 1e-9) }
    #expect(try solve([start[1]], Picard(patience: 3)).residuals[0] == patient.residuals[1])

    let contraction = LinearMap.symmetric(eigenvalues: [0.9, 0.3, -0.2], seed: 6)
    func residuals(_ picard: Picard) throws -> [Double] {
      try fixedPoint(
        of: { contraction($0) }, from: [0, 0, 0], settings: SolverSettings(.picard(picard), stopping: .exactly(40))
      ).residuals[0]
    }
    for (a, b) in zip(try residuals(Picard()), try residuals(Picard(patience: 5))) { #expect(abs(a - b) <= 1e-12 * a) }
  }

  @Test
  func `Anderson and Broyden converge where plain iteration diverges`() throws {
    let map = LinearMap.symmetric(eigenvalues: [-1.6, -1.2, -0.5, 0, 0.2, 0.4, 0.6, 0.7], seed: 3)
    let start = [Double](repeating: 0, count: 8)
    let stopping = StoppingCriteria(maximumIterations: 200, tolerance: 1e-10, mode: .absolute)
    let plain = try fixedPoint(of: { map($0) }, from: start, settings: SolverSettings(stopping: stopping))
    #expect(plain.statuses == [.diverged])
    for solver in [Solver.anderson(Anderson(window: 10)), .broyden(Broyden())] {
      let solution = try fixedPoint(of: { map($0) }, from: start, settings: SolverSettings(solver, stopping: stopping))
      #expect(solution.statuses == [.converged])
      #expect(solution.iterations[0] < 30)
      #expect(distance(solution.state, map.fixedPoint) < 1e-9)
    }
  }

  @Test
  func `The line search brings Broyden to a root that full steps miss`() throws {
    // y - G(y) = atan(5 y): full Newton-like steps from 3 overshoot further and further
    let map = { (y: [Double]) in y.map { $0 - atan(5 * $0) } }
    let stopping = StoppingCriteria(maximumIterations: 60, tolerance: 1e-12, mode: .absolute)
    let searched = try fixedPoint(
      of: map, from: [3.0, -2], settings: SolverSettings(.broyden(Broyden(lineSearch: true)), stopping: stopping))
    #expect(searched.statuses == [.converged])
    for (now, next) in zip(searched.residuals[0], searched.residuals[0].dropFirst()) { #expect(next < now) }
    #expect(searched.evaluations[0] > searched.iterations[0] + 1)
    let full = try fixedPoint(
      of: map, from: [3.0, -2], settings: SolverSettings(.broyden(Broyden()), stopping: stopping))
    #expect(full.residuals[0] != searched.residuals[0])
  }

  @Test
  func `An undamped Picard iterate is the value of the map, bit for bit`() throws {
    let map = LinearMap.random(5, norm: 0.9, seed: 1)
    var expected = [Double](repeating: 0.1, count: 5)
    _ = try fixedPoint(of: { map($0) }, from: expected, settings: SolverSettings(stopping: .exactly(12))) {
      #expect($0.state == expected)
      expected = map(expected)
    }
  }

  @Test
  func `The residual is ||G(y) - y||, whatever the damping`() throws {
    let map = LinearMap.random(5, norm: 0.9, seed: 2)
    for solver in everySolver {
      let solution = try fixedPoint(
        of: { map($0) }, from: [Double](repeating: 1, count: 5), settings: SolverSettings(solver, stopping: .exactly(7))
      ) { iterate in
        let value = map(iterate.state)
        let residual = distance(value, iterate.state)
        #expect(abs(iterate.residuals[0] - residual) <= 1e-14 * residual)
        #expect(abs(iterate.relativeResiduals[0] - residual / norm(value)) <= 1e-14)
      }
      #expect(solution.residuals[0].count == 8)
    }
  }

  @Test(arguments: everySolver)
  func `A fixed point as the start stays, and its zero residual divides nothing`(solver: Solver) throws {
    let solution = try fixedPoint(
      of: { (y: [Double]) in y.map { $0 * $0 } }, from: [0.0, 1.0],
      settings: SolverSettings(solver, stopping: .exactly(6)))
    #expect(solution.state == [0, 1])
    #expect(solution.relativeResiduals == [[0, 0, 0, 0, 0, 0, 0]])
  }

  @Test(arguments: everySolver)
  func `A map without fixed point leaves no solver with non-finite values`(solver: Solver) throws {
    // The residual is constant, so every residual difference is zero and every Broyden update singular.
    let solution = try fixedPoint(
      of: { (y: [Double]) in y.map { $0 + 1 } }, from: [0.0, 0], settings: SolverSettings(solver, stopping: .exactly(9))
    )
    #expect(solution.statuses == [.iterationLimit])
    for entry in solution.state { #expect(entry.isFinite) }
    #expect(solution.residuals[0].allSatisfy { abs($0 - 2.0.squareRoot()) < 1e-12 })
  }

  @Test(arguments: [3, 30])
  func `After a singular update Broyden goes on as if started afresh, with any memory`(memory: Int) throws {
    // A translation up to y_0 = 2.5, where every update is singular; a contraction beyond.
    let inner = LinearMap.random(5, norm: 0.9, seed: 21)
    let map = { (y: [Double]) -> [Double] in
      y[0] < 2.5 ? zip(y, [1, 0.5, 0, 0, 0]).map { $0 + $1 } : inner(y).map { 3 + tanh($0) }
    }
    func iterates(from start: [Double], steps: Int) throws -> [[Double]] {
      var states: [[Double]] = []
      let settings = SolverSettings(.broyden(Broyden(memory: memory)), stopping: .exactly(steps))
      _ = try fixedPoint(of: map, from: start, settings: settings) { states.append($0.state) }
      return states
    }
    let whole = try iterates(from: [0, 0, 0, 0, 0], steps: 14)
    #expect(whole[2] == [2, 1, 0, 0, 0])
    #expect(try iterates(from: whole[2], steps: 12) == Array(whole[2...]))
  }
}
