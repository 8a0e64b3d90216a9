import LinearPrograms
import Testing

@Suite struct CertificateTests {
  @Test func `Residuals of a point off the optimum are those computed by hand`() throws {
    let program = try ExampleProgram.textbook()
    // A x = (8, 14): excess 4 and 8. c - A'y - z = (-1, -2) - (0.25, 0.25) - (0.5, -3) = (-1.75, 0.75).
    let point = PrimalDualPoint(x: [5, 3], rowDual: [0.25, 0], reducedCost: [0.5, -3])
    let certificate = Certificate(of: point, for: program)
    #expect(certificate.objective == -11)
    #expect(certificate.primalResidual == 8)
    #expect(certificate.dualResidual == 1.75)
    // Dual objective 4 * 0.25 + 0 * 0.5 - 3 * 10 = -29.
    #expect(certificate.dualityGap == 18)
  }

  @Test func `A positive multiplier on an inequality is a residual, on an equality it is not`() throws {
    for (equalities, expected) in [(Set([0]), 0.0), ([], 2.0)] {
      let program = try ExampleProgram.dense(
        [[1, 1]], c: [2, 2], b: [1], lower: [0, 0], upper: [1, 1], equalities: equalities)
      let point = PrimalDualPoint(x: [1, 0], rowDual: [2], reducedCost: [0, 0])
      #expect(Certificate(of: point, for: program).dualResidual == expected)
    }
  }

  @Test func `A multiplier on an infinite bound is a residual and leaves the gap finite`() throws {
    let program = try ExampleProgram.dense([], c: [1], b: [], lower: [-.infinity], upper: [3])
    let point = PrimalDualPoint(x: [3], rowDual: [], reducedCost: [1])
    let certificate = Certificate(of: point, for: program)
    #expect(certificate.dualResidual == 1)
    #expect(certificate.dualityGap == 3)
  }

  @Test func `Violations of bounds and of both sides of an equality count`() throws {
    let program = try ExampleProgram.dense(
      [[1, 0]], c: [1, 1], b: [2], lower: [0, 0], upper: [4, 4], equalities: [0])
    #expect(Certificate.primalResidual(of: [1.5, 1], for: program) == 0.5)
    #expect(Certificate.primalResidual(of: [2.5, 1], for: program) == 0.5)
    #expect(Certificate.primalResidual(of: [2, -0.75], for: program) == 0.75)
    #expect(Certificate.primalResidual(of: [2, 4.25], for: program) == 0.25)
    #expect(Certificate.primalResidual(of: [2, 1], for: program) == 0)
  }

  @Test func `Every optimum of random programs satisfies the Karush-Kuhn-Tucker conditions`() throws {
    let settings = [
      try InstanceDistribution(),
      try InstanceDistribution(constraints: 3, variables: 4, nonzeros: 12, equalityProbability: 0),
      try InstanceDistribution(constraints: 5, variables: 20, nonzeros: 40, equalityProbability: 1),
      try InstanceDistribution(constraints: 20, variables: 60, nonzeros: 90, costScale: 100, equalityProbability: 0.1),
      try InstanceDistribution(constraints: 1, variables: 1, nonzeros: 1, equalityProbability: 0.5),
    ]
    for distribution in settings {
      var accepted = 0
      for seed in 0..<60 as Range<UInt64> {
        let labelling = try distribution.labelled(seed: seed, split: "train", index: 0)
        guard let labelled = labelling.accepted else {
          #expect(labelling == .rejected(.infeasible))
          continue
        }
        accepted += 1
        let (program, point) = (labelled.program, labelled.optimum)
        #expect(labelled.certificate == Certificate(of: point, for: program))
        #expect(labelled.certificate.holds(within: 1e-11, at: point.x, for: program))
        // Complementary slackness, multiplier by multiplier.
        let costScale = distribution.costScale
        let activity = program.constraintActivity(at: point.x)
        for row in 0..<program.constraints {
          #expect(abs(point.rowDual[row] * (program.b[row] - activity[row])) <= 1e-9 * costScale)
        }
        for column in 0..<program.variables {
          let z = point.reducedCost[column]
          let bound = z > 0 ? program.lower[column] : program.upper[column]
          #expect(abs(z * (point.x[column] - bound)) <= 1e-9 * costScale)
        }
      }
      #expect(accepted > 0)
    }
  }

  @Test func `A neighbouring vertex and a displaced point are not certified`() throws {
    for program in try ExampleProgram.published(30) {
      guard let labelled = Labeller().label(program).accepted else { continue }
      let point = labelled.optimum
      var displaced = point
      displaced.x[7] += 1e-6
      #expect(!Certificate(of: displaced, for: program).holds(within: 1e-9, at: displaced.x, for: program))
      // Dearer costs for the variables at their lower bound, cheaper for the others, keep the vertex; the opposite
      // change moves it to another one, which must not pass for the optimum of the original costs.
      var opposite = program.c
      for column in opposite.indices { opposite[column] -= 2 * point.reducedCost[column] }
      let other = try LinearProgram(
        c: opposite, b: program.b, lower: program.lower, upper: program.upper, isEquality: program.isEquality,
        edgeConstraint: program.edgeConstraint, edgeVariable: program.edgeVariable, edgeValue: program.edgeValue)
      let wrong = try #require(ClpSolver().solve(other).optimum)
      #expect(!Certificate(of: wrong, for: program).holds(within: 1e-9, at: wrong.x, for: program))
    }
  }

  @Test func `An optimum outside the tolerance is rejected as uncertified`() throws {
    var strict = Labeller()
    strict.tolerance = 0
    let labellings = try ExampleProgram.published(20).map(strict.label)
    #expect(labellings.contains(.rejected(.uncertified)))
    #expect(!labellings.contains { $0.accepted != nil && $0.accepted?.certificate.primalResidual != 0 })
  }

  @Test func `Each way to fail has its own rejection`() throws {
    let free = try ExampleProgram.dense([], c: [-1], b: [], lower: [0], upper: [.infinity])
    #expect(Labeller().label(free) == .rejected(.unbounded))
    var limited = Labeller()
    limited.solver.iterationLimit = 1
    #expect(try ExampleProgram.published(20).map(limited.label).contains(.rejected(.iterationLimit)))
  }
}
