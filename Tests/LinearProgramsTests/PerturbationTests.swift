import Configuration
import LinearPrograms
import Support
import TestSupport
import Testing

@Suite struct PerturbationTests {
  static func change(_ kind: Perturbation.Kind, from old: LinearProgram, to new: LinearProgram) -> [Double] {
    let (before, after): ([Double], [Double]) =
      switch kind {
      case .matrix: (old.edgeValue, new.edgeValue)
      case .rightHandSide: (old.b, new.b)
      case .cost: (old.c, new.c)
      case .lower: (old.lower, new.lower)
      case .upper: (old.upper, new.upper)
      }
    return zip(before, after).map { $1 - $0 }
  }

  @Test(arguments: Perturbation.Kind.allCases)
  func `The change has the given norm and touches its own field alone`(kind: Perturbation.Kind) throws {
    for (sample, program) in try ExampleProgram.published(50).enumerated() {
      for norm in [1e-4, 0.5] {
        let perturbed = try Perturbation(kind, norm: norm).applied(to: program, seed: 2, sample: UInt64(sample))
        // The stored numbers, of size 10, are rounded to 1e-15.
        #expect(abs(euclideanNorm(Self.change(kind, from: program, to: perturbed)) - norm) < 1e-13)
        for other in Perturbation.Kind.allCases where other != kind {
          #expect(euclideanNorm(Self.change(other, from: program, to: perturbed)) == 0)
        }
        #expect(perturbed.edgeConstraint == program.edgeConstraint && perturbed.edgeVariable == program.edgeVariable)
        #expect(perturbed.isEquality == program.isEquality)
      }
    }
  }

  @Test(arguments: Perturbation.Kind.allCases)
  func `The direction is Gaussian and depends on seed, kind and sample`(kind: Perturbation.Kind) throws {
    let program = try ExampleProgram.published(1)[0]
    let perturbation = try Perturbation(kind, norm: 1)
    func direction(_ seed: UInt64, _ sample: UInt64) throws -> [Double] {
      Self.change(kind, from: program, to: try perturbation.applied(to: program, seed: seed, sample: sample))
    }
    #expect(try direction(1, 0) == direction(1, 0))
    #expect(try direction(1, 0) != direction(2, 0))
    #expect(try direction(1, 0) != direction(1, 1))
    // On the unit sphere of R^d each component has mean 0 and second moment 1 / d.
    let samples = try (0..<1_000).map { try direction(3, $0) }
    let dimension = Double(samples[0].count)
    for component in samples[0].indices {
      let values = samples.map { $0[component] }
      #expect(abs(values.reduce(0, +) / 1_000) < 0.16 / dimension.squareRoot())
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 1_000 - 1 / dimension) < 0.33 / dimension)
    }
  }

  @Test func `Fields of the same length are moved in different directions`() throws {
    let program = try ExampleProgram.published(1)[0]
    let directions = try [Perturbation.Kind.cost, .lower, .upper].map { kind in
      Self.change(
        kind, from: program, to: try Perturbation(kind, norm: 1).applied(to: program, seed: 1, sample: 0))
    }
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
      #expect(largestDifference(directions[first], directions[second]) > 0.05)
    }
  }

  @Test func `A small change of the costs keeps the vertex, one of the bounds moves it along`() throws {
    // The smallest multiplier among these instances is far above the change of a cost, about 1e-9.
    for (sample, program) in try ExampleProgram.published(40).enumerated() {
      guard let clean = Labeller().label(program).accepted else { continue }
      func moved(_ kind: Perturbation.Kind) throws -> [Double] {
        let perturbed = try Perturbation(kind, norm: 1e-8).applied(to: program, seed: 1, sample: UInt64(sample))
        return try #require(Labeller().label(perturbed).accepted).optimum.x
      }
      #expect(largestDifference(try moved(.cost), clean.optimum.x) < 1e-11)
      let distance = largestDifference(try moved(.upper), clean.optimum.x)
      #expect(distance > 1e-10 && distance < 1e-4)
    }
  }

  @Test func `Bounds that cross leave the sample without a label`() throws {
    let program = try ExampleProgram.dense([], c: [1, 1], b: [], lower: [1, 2], upper: [1, 2])
    for kind in [Perturbation.Kind.lower, .upper] {
      let labellings = try (0..<20 as Range<UInt64>).map { sample in
        let perturbed = try Perturbation(kind).applied(to: program, seed: 1, sample: sample)
        let crossed = zip(perturbed.lower, perturbed.upper).contains { $0 > $1 }
        return (crossed, Labeller().label(perturbed))
      }
      #expect(labellings.contains { $0.0 } && labellings.contains { !$0.0 })
      for (crossed, labelling) in labellings {
        #expect((labelling == .rejected(.infeasible)) == crossed)
        #expect((labelling.accepted != nil) != crossed)
      }
    }
  }

  @Test func `A norm that is not positive, and an empty field, are errors`() throws {
    for norm in [0, -1e-4, .infinity, .nan] {
      #expect(throws: Failure.self) { try Perturbation(.cost, norm: norm) }
    }
    let unconstrained = try ExampleProgram.dense([], c: [1], b: [], lower: [0], upper: [1])
    for kind in [Perturbation.Kind.matrix, .rightHandSide] {
      let failure = try #require(throws: Failure.self) {
        try Perturbation(kind).applied(to: unconstrained, seed: 1, sample: 0)
      }
      #expect(failure.location == kind.rawValue)
    }
  }
}
