import LinearPrograms
import Support
import TestSupport
import Testing

@Suite struct ClpSolverTests {
  let solver = ClpSolver()

  func optimum(_ program: LinearProgram) throws -> PrimalDualPoint { try #require(solver.solve(program).optimum) }

  @Test func `A textbook program has the optimum and the multipliers computed by hand`() throws {
    let point = try optimum(ExampleProgram.textbook())
    #expect(largestDifference(point.x, [3, 1]) < 1e-14)
    #expect(largestDifference(point.rowDual, [-0.5, -0.5]) < 1e-14)
    #expect(largestDifference(point.reducedCost, [0, 0]) < 1e-14)
  }

  @Test func `An equality may have a multiplier of either sign`() throws {
    // x1 = 2 - x0 leaves c'x = (c0 - c1) x0 + 2 c1, decided by the bounds 0 <= x0 <= 1.5.
    for (cost, expected, multiplier) in [(1.0, [0.0, 2.0], 3.0), (5, [0, 2], 3), (-4, [1.5, 0.5], -7)] {
      let c1 = multiplier
      let program = try ExampleProgram.dense(
        [[1, 1]], c: [cost + c1, c1], b: [2], lower: [0, 0], upper: [1.5, 9], equalities: [0])
      let point = try optimum(program)
      #expect(largestDifference(point.x, expected) < 1e-14)
      #expect(largestDifference(point.rowDual, [multiplier]) < 1e-14)
      #expect(largestDifference(point.reducedCost, [cost, 0]) < 1e-14)
    }
  }

  @Test func `As many equalities as variables leave the solution of the linear system`() throws {
    let program = try ExampleProgram.dense(
      [[2, 1], [1, -1]], c: [0.3, -0.7], b: [4, -1], lower: [-5, -5], upper: [5, 5], equalities: [0, 1])
    #expect(largestDifference(try optimum(program).x, [1, 2]) < 1e-14)
  }

  @Test func `Without constraints every variable goes to its cheaper bound`() throws {
    let program = try ExampleProgram.dense([], c: [1, -1], b: [], lower: [-2, -3], upper: [4, 5])
    #expect(try optimum(program).x == [-2, 5])
  }

  @Test func `A fixed variable keeps its value`() throws {
    let program = try ExampleProgram.dense(
      [[1, 1], [1, 3]], c: [-1, -2], b: [4, 6], lower: [0.25, 0], upper: [0.25, 10])
    #expect(largestDifference(try optimum(program).x, [0.25, 5.75 / 3]) < 1e-14)
  }

  @Test func `Contradictions are infeasible`() throws {
    let box = (lower: [0.0, 0], upper: [1.0, 1])
    let beyondTheBox = try ExampleProgram.dense([[-1, -1]], c: [1, 1], b: [-3], lower: box.lower, upper: box.upper)
    #expect(solver.solve(beyondTheBox) == .infeasible)
    let twoSums = try ExampleProgram.dense(
      [[1, 1], [1, 1]], c: [1, 2], b: [1, 1.5], lower: box.lower, upper: box.upper, equalities: [0, 1])
    #expect(solver.solve(twoSums) == .infeasible)
    let crossedBounds = try ExampleProgram.dense([], c: [1, 1], b: [], lower: [0, 1.5], upper: box.upper)
    #expect(solver.solve(crossedBounds) == .infeasible)
    let emptyRow = try ExampleProgram.dense([[0, 0]], c: [1, 1], b: [-1], lower: box.lower, upper: box.upper)
    #expect(solver.solve(emptyRow) == .infeasible)
  }

  @Test func `An objective without limit is unbounded`() throws {
    let program = try ExampleProgram.dense(
      [[1, -1]], c: [-1, 0], b: [2], lower: [0, 0], upper: [.infinity, .infinity])
    #expect(solver.solve(program) == .unbounded)
  }

  @Test func `The iteration limit is reported, not taken for an optimum`() throws {
    var limited = solver
    limited.iterationLimit = 1
    let outcomes = try ExampleProgram.published(20).map(limited.solve)
    #expect(outcomes.contains(.iterationLimit))
  }

  @Test func `Random programs in two variables have the value of their best vertex`() throws {
    let distribution = try InstanceDistribution(
      constraints: 3, variables: 2, nonzeros: 6, costScale: 1, boundDeviation: 5, equalityProbability: 0.1)
    var feasible = 0
    for index in 0..<300 as Range<UInt64> {
      let program = try distribution.instance(seed: 3, split: "plane", index: index)
      let best = Self.bestVertexValue(of: program)
      let point = solver.solve(program).optimum
      #expect((point == nil) == (best == nil))
      guard let point, let best else { continue }
      feasible += 1
      #expect(abs(program.objective(at: point.x) - best) < 1e-10)
    }
    #expect((75..<225).contains(feasible))
  }

  /// The least c'x over the intersections of two of the lines a'x = b, x_j = bound that satisfy all constraints.
  static func bestVertexValue(of program: LinearProgram) -> Double? {
    var lines = program.b.map { (0.0, 0.0, $0) }
    for edge in 0..<program.nonzeros {
      if program.edgeVariable[edge] == 0 {
        lines[program.edgeConstraint[edge]].0 = program.edgeValue[edge]
      } else {
        lines[program.edgeConstraint[edge]].1 = program.edgeValue[edge]
      }
    }
    lines += [program.lower, program.upper].flatMap { [(1, 0, $0[0]), (0, 1, $0[1])] }
    var best: Double?
    for (number, first) in lines.enumerated() {
      for second in lines[(number + 1)...] {
        let determinant = first.0 * second.1 - first.1 * second.0
        guard abs(determinant) > 1e-12 else { continue }
        let x = [
          (first.2 * second.1 - first.1 * second.2) / determinant,
          (first.0 * second.2 - first.2 * second.0) / determinant,
        ]
        guard Certificate.primalResidual(of: x, for: program) < 1e-9 else { continue }
        best = min(best ?? .infinity, program.objective(at: x))
      }
    }
    return best
  }

  @Test func `An infeasible program cannot be repaired for free`() throws {
    // Elastic form: each constraint may be violated at cost 1; the least total violation is positive exactly when
    // the program is infeasible.
    for program in try ExampleProgram.published(120) {
      let (m, n) = (program.constraints, program.variables)
      let elastic = try LinearProgram(
        c: Array(repeating: 0, count: n) + Array(repeating: 1, count: 2 * m), b: program.b,
        lower: program.lower + Array(repeating: 0, count: 2 * m),
        upper: program.upper + program.isEquality.map { $0 ? .infinity : 0 }
          + Array(repeating: Double.infinity, count: m),
        isEquality: program.isEquality,
        edgeConstraint: program.edgeConstraint + (0..<m) + (0..<m),
        edgeVariable: program.edgeVariable + (n..<(n + 2 * m)),
        edgeValue: program.edgeValue + Array(repeating: 1, count: m) + Array(repeating: -1, count: m))
      let violation = elastic.objective(at: try optimum(elastic).x)
      #expect((solver.solve(program) == .infeasible) == (violation > 1e-9), "violation \(violation)")
    }
  }

  @Test func `The order of constraints, variables and entries does not move the optimum`() throws {
    var random = KeyedRandom(seed: 5, stream: "order")
    for program in try ExampleProgram.published(40) {
      let (rows, columns) = (random.permutation(program.constraints), random.permutation(program.variables))
      let entries = random.permutation(program.nonzeros)
      let rowPlace = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
      let columnPlace = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
      let shuffled = try LinearProgram(
        c: columns.map { program.c[$0] }, b: rows.map { program.b[$0] },
        lower: columns.map { program.lower[$0] }, upper: columns.map { program.upper[$0] },
        isEquality: rows.map { program.isEquality[$0] },
        edgeConstraint: entries.map { rowPlace[program.edgeConstraint[$0]] ?? -1 },
        edgeVariable: entries.map { columnPlace[program.edgeVariable[$0]] ?? -1 },
        edgeValue: entries.map { program.edgeValue[$0] })
      let (original, other) = (solver.solve(program).optimum, solver.solve(shuffled).optimum)
      #expect((original == nil) == (other == nil))
      guard let original, let other else { continue }
      #expect(largestDifference(columns.map { original.x[$0] }, other.x) < 1e-10)
      #expect(largestDifference(rows.map { original.rowDual[$0] }, other.rowDual) < 1e-12)
    }
  }

  @Test func `Scaling the costs scales the multipliers and keeps the optimum`() throws {
    for program in try ExampleProgram.published(30) {
      guard let point = solver.solve(program).optimum else { continue }
      for factor in [1e-9, 3.0, 1e6] {
        let scaled = try LinearProgram(
          c: program.c.map { $0 * factor }, b: program.b, lower: program.lower, upper: program.upper,
          isEquality: program.isEquality, edgeConstraint: program.edgeConstraint,
          edgeVariable: program.edgeVariable, edgeValue: program.edgeValue)
        let other = try optimum(scaled)
        #expect(largestDifference(other.x, point.x) < 1e-10)
        #expect(largestDifference(other.rowDual.map { $0 / factor }, point.rowDual) < 1e-13)
      }
    }
  }
}
