import Configuration
import Foundation
import LinearPrograms
import Support
import Testing

@Suite struct InstanceDistributionTests {
  @Test func `The published settings give the published feasibility, norm of the solution and share of equalities`()
    throws
  {
    let distribution = try InstanceDistribution()
    let count = 2_000
    let labellings = try (0..<UInt64(count)).map { try distribution.labelled(seed: 11, split: "train", index: $0) }
    let accepted = labellings.compactMap(\.accepted)
    // 52 % with a binomial deviation of 1.1 %; four deviations on each side.
    #expect(abs(Double(accepted.count) / Double(count) - 0.52) < 0.045)
    #expect(labellings.allSatisfy { $0.accepted != nil || $0 == .rejected(.infeasible) })
    // 63.5 from 313 instances whose norms spread by about 7: a standard error of 0.4.
    let norms = accepted.map { euclideanNorm($0.optimum.x) }
    #expect(abs(norms.reduce(0, +) / Double(norms.count) - 63.5) < 1.6)
  }

  @Test func `Each field has the stated distribution`() throws {
    let distribution = try InstanceDistribution(
      constraints: 8, variables: 20, nonzeros: 40, costScale: 0.5, boundDeviation: 3, equalityProbability: 0.25)
    let programs = try (0..<2_000).map { try distribution.instance(seed: 1, split: "moments", index: $0) }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    // Standard errors: entries 80,000, costs 40,000, right-hand sides 16,000, bounds 40,000 pairs.
    let entries = programs.flatMap(\.edgeValue)
    #expect(abs(mean(entries)) < 0.015 && abs(mean(entries.map { $0 * $0 }) - 1) < 0.025)
    let costs = programs.flatMap(\.c)
    #expect(costs.allSatisfy { abs($0) <= 0.5 } && abs(mean(costs)) < 0.006)
    #expect(abs(mean(costs.map { $0 * $0 }) - 0.25 / 3) < 0.002)
    let sides = programs.flatMap(\.b)
    #expect(sides.allSatisfy { abs($0) <= 1 } && abs(mean(sides.map { $0 * $0 }) - 1 / 3.0) < 0.01)
    // The smaller and larger of two N(0, s^2) have means -s / sqrt(pi) and s / sqrt(pi), and second moment s^2.
    let (lower, upper) = (programs.flatMap(\.lower), programs.flatMap(\.upper))
    #expect(zip(lower, upper).allSatisfy { $0 <= $1 })
    #expect(abs(mean(lower) + 3 / Double.pi.squareRoot()) < 0.06)
    #expect(abs(mean(upper) - 3 / Double.pi.squareRoot()) < 0.06)
    #expect(abs(mean((lower + upper).map { $0 * $0 }) - 9) < 0.3)
    let equalities = programs.flatMap(\.isEquality).filter { $0 }.count
    #expect(abs(Double(equalities) / 16_000 - 0.25) < 0.015)
    // Each of the 160 positions of A is stored with probability 1/4.
    var uses = Array(repeating: 0, count: 160)
    for program in programs {
      for edge in 0..<40 { uses[program.edgeConstraint[edge] * 20 + program.edgeVariable[edge]] += 1 }
    }
    #expect(uses.allSatisfy { abs(Double($0) / 2_000 - 0.25) < 0.045 })
  }

  @Test func `An instance depends on seed, split and index alone`() throws {
    let distribution = try InstanceDistribution()
    let instance = try distribution.instance(seed: 1, split: "train", index: 5)
    _ = try distribution.instance(seed: 1, split: "train", index: 4)
    #expect(try distribution.instance(seed: 1, split: "train", index: 5) == instance)
    #expect(try distribution.instance(seed: 2, split: "train", index: 5) != instance)
    #expect(try distribution.instance(seed: 1, split: "test", index: 5) != instance)
    #expect(try distribution.instance(seed: 1, split: "train", index: 6) != instance)
  }

  @Test func `Labels made on many threads equal those made on one, bit for bit`() throws {
    let distribution = try InstanceDistribution()
    let label = { @Sendable (index: UInt64) in
      try distribution.labelled(seed: 4, split: "train", index: index)
    }
    let indices = Array(0..<400 as Range<UInt64>)
    let serial = try indices.map(label)
    for threads in [2, 8] {
      #expect(try concurrentMap(indices, threads: threads, shouldStop: { false }, label) == serial)
    }
  }

  @Test func `Every setting changes the instance`() throws {
    func instance(_ distribution: InstanceDistribution) throws -> LinearProgram {
      try distribution.instance(seed: 1, split: "train", index: 0)
    }
    let published = try instance(InstanceDistribution())
    #expect(try instance(InstanceDistribution(constraints: 11)).constraints == 11)
    #expect(try instance(InstanceDistribution(variables: 51)).variables == 51)
    #expect(try instance(InstanceDistribution(nonzeros: 101)).nonzeros == 101)
    #expect(try instance(InstanceDistribution(costScale: 0.02)).c == published.c.map { $0 * 2 })
    #expect(try instance(InstanceDistribution(boundDeviation: 20)).lower == published.lower.map { $0 * 2 })
    #expect(try instance(InstanceDistribution(equalityProbability: 0)).isEquality.allSatisfy { !$0 })
    #expect(try instance(InstanceDistribution(equalityProbability: 1)).isEquality.allSatisfy { $0 })
  }

  @Test func `A matrix can be stored full`() throws {
    let distribution = try InstanceDistribution(constraints: 3, variables: 4, nonzeros: 12)
    let program = try distribution.instance(seed: 1, split: "train", index: 0)
    #expect(program.edgeConstraint == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    #expect(program.edgeVariable == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
  }

  static let impossible: [(name: String, make: @Sendable () throws -> InstanceDistribution)] = [
    ("constraints", { try InstanceDistribution(constraints: 0) }),
    ("constraints", { try InstanceDistribution(constraints: -3) }),
    ("variables", { try InstanceDistribution(variables: 0) }),
    ("constraints x variables", { try InstanceDistribution(constraints: .max, variables: 2) }),
    ("nonzeros", { try InstanceDistribution(nonzeros: 501) }),
    ("nonzeros", { try InstanceDistribution(nonzeros: 0) }),
    ("cost_scale", { try InstanceDistribution(costScale: 0) }),
    ("cost_scale", { try InstanceDistribution(costScale: .nan) }),
    ("bound_deviation", { try InstanceDistribution(boundDeviation: -1) }),
    ("bound_deviation", { try InstanceDistribution(boundDeviation: .infinity) }),
    ("equality_probability", { try InstanceDistribution(equalityProbability: 1.1) }),
    ("equality_probability", { try InstanceDistribution(equalityProbability: .nan) }),
  ]

  @Test(arguments: impossible.indices) func `An impossible setting is an error that names it`(number: Int) throws {
    let failure = try #require(throws: Failure.self) { try Self.impossible[number].make() }
    #expect(failure.status == .usage)
    #expect(failure.problem.hasPrefix(Self.impossible[number].name + " must be"))
  }

  @Test func `A configuration section gives each setting, and the published one where it is silent`() throws {
    func distribution(_ text: String) throws -> InstanceDistribution {
      let document = try ConfigurationDocument.parse(text, name: "lp.yaml", keys: ["dataset"])
      let section = try document.section("dataset")
      let distribution = try InstanceDistribution(reading: section)
      try section.finish()
      return distribution
    }
    #expect(try distribution("dataset: {}") == InstanceDistribution())
    let settings = "constraints: 3, variables: 4, nonzeros: 5, cost_scale: 6, bound_deviation: 7"
    #expect(
      try distribution("dataset: {\(settings), equality_probability: 0.8}")
        == InstanceDistribution(
          constraints: 3, variables: 4, nonzeros: 5, costScale: 6, boundDeviation: 7, equalityProbability: 0.8))
    let failure = try #require(throws: Failure.self) { try distribution("dataset: {nonzeros: 501}") }
    #expect(failure.status == .usage && failure.location == "lp.yaml:1")
    #expect(failure.problem.contains("1 ... 500") && failure.problem.contains("501"))
  }
}
