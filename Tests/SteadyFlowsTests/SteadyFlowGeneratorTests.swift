import Configuration
import Foundation
import Records
import StudyKit
import Support
import Testing
import Torch

@testable import SteadyFlows

@Suite struct SteadyFlowGeneratorTests {
  static func configuration(_ dataset: String) throws -> ExperimentConfiguration<SteadyFlowStudy> {
    try ExperimentConfiguration(
      ConfigurationDocument.parse(
        """
        case_study: steady-flows
        dataset: \(dataset)
        models: {tiny: {architecture: fno-deq, width: 4, modes: 3, padding: 0, coordinates: false}}
        training: {phases: [{steps: 1, iterations: 2, learning_rate: 1e-3}]}
        """, name: "test.yaml"))
  }

  static let small = "size: 15, viscosity: 0.05, forcing: {highest_wave: 3}, largest_tail: 0.5"
  static let plans = "train: {attempts: 40, keep: 6}, test: {attempts: 40, keep: 2}"

  @Test func `A draw is the same in whatever range it is asked for`() throws {
    let generator = try Self.configuration("{\(Self.small), \(Self.plans)}").generator
    let whole = try generator.samples(of: .train, draws: 0..<5)
    let part = try generator.samples(of: .train, draws: 3..<5)
    #expect(whole.draws == [0, 1, 2, 3, 4] && part.draws == [3, 4])
    guard case .real(let all) = try #require(whole.fields["solution"]),
      case .real(let some) = try #require(part.fields["solution"])
    else { return #expect(Bool(false), "real fields") }
    #expect(some == Array(all[(3 * 225)...]))
    #expect(try generator.samples(of: .test, draws: 3..<5).fields["solution"] != part.fields["solution"])
  }

  @Test(arguments: ["", "method: manufactured, flow: {lowest_speed: 0.1}, ", "method: darcy, "])
  func `A generator that is placed where it was draws the same samples`(method: String) throws {
    let size = method.hasPrefix("method: darcy") ? "size: 15" : method.isEmpty ? Self.small : "size: 36, largest_tail: 0.5"
    let generator = try Self.configuration("{\(method)\(size), \(Self.plans)}").generator
    let placed = try generator.moved(to: .cpu)
    let (found, expected) = try (placed.samples(of: .train, draws: 0..<3), generator.samples(of: .train, draws: 0..<3))
    for field in ["input", "solution", "residual"] { #expect(found.fields[field] == expected.fields[field]) }
    if method.hasPrefix("method: darcy") {
      let failure = #expect(throws: Failure.self) { try generator.moved(to: .cuda(0)) }
      #expect(failure?.status == .usage && failure?.location == "--device")
    }
  }

  @Test func `Samples come with certificates, spectrum and seed`() throws {
    let block = try Self.configuration("{\(Self.small), \(Self.plans)}").generator.samples(of: .train, draws: 0..<3)
    func real(_ name: String) throws -> [Double] {
      guard case .real(let values) = try #require(block.fields[name]) else { return [] }
      return values
    }
    #expect(try real("residual").allSatisfy { $0 > 0 && $0 <= 1e-9 })
    #expect(try real("divergence").allSatisfy { $0 < 1e-13 })
    #expect(try real("viscosity") == [0.05, 0.05, 0.05])
    let spectrum = try real("forcing_spectrum")
    // Nothing above the highest wave, 3; the random modes are all below.
    #expect(spectrum[0] > 0 && spectrum[2] > 0 && spectrum[4..<16].allSatisfy { $0 == 0 })
    #expect(block.fields["seed"] == .integer([1, 1, 1]))
    let history = try real("newton_residual").prefix(64).filter { !$0.isNaN }
    #expect(block.fields["newton_steps"] == .integer([Int64(history.count)]) || history.count > 1)
    #expect(try #require(history.last) <= 1e-9)
  }

  @Test func `Forces that have no flow are counted and never written`() throws {
    let generator = try Self.configuration(
      "{size: 16, viscosity: 0.001, forcing: {deviation: 10}, solver: {newton_steps: 3, smallest_increment: 0.2}, \(Self.plans)}"
    ).generator
    let block = try generator.samples(of: .train, draws: 0..<4)
    #expect(block.draws.isEmpty)
    #expect(block.fields["input"] == .real([]))
  }

  @Test func `An under-resolved flow is rejected`() throws {
    let strict = "size: 15, viscosity: 0.05, forcing: {highest_wave: 3}, largest_tail: 1e-8"
    let block = try Self.configuration("{\(strict), \(Self.plans)}").generator.samples(of: .train, draws: 0..<3)
    #expect(block.draws.isEmpty)
  }

  @Test(arguments: [
    ("{size: 12, forcing: {highest_wave: 4}, \(plans)}", "dataset.forcing", "at most 3"),
    ("{size: 64, viscosity: 0, \(plans)}", "dataset.viscosity", "above 0"),
    ("{size: 64, viscosity: -1, \(plans)}", "dataset.viscosity", "above 0"),
    ("{size: 3, \(plans)}", "dataset.size", "4 to"),
    ("{size: 64, forcing: {deviation: 0}, \(plans)}", "dataset.forcing", "no force"),
    ("{size: 63, stored_every: 2, \(plans)}", "dataset.stored_every", "divisor"),
    ("{method: manufactured, size: 64, flow: {speed: 1, lowest_speed: 2}, \(plans)}", "flow.lowest_speed", "at most speed"),
    ("{method: manufactured, size: 64, flow: {force: least}, \(plans)}", "flow.force", "without-pressure"),
    ("{method: darcy, viscosity: 1, \(plans)}", "dataset", "unknown key `viscosity`"),
  ]) func `Wrong settings are errors that name the key`(dataset: String, key: String, text: String) throws {
    let failure = #expect(throws: Failure.self) { try Self.configuration(dataset) }
    #expect(failure?.status == .usage)
    #expect(failure?.problem.contains(key) ?? false)
    #expect(failure.map { $0.description.contains(text) } ?? false, "\(failure.debugDescription)")
  }

  @Test func `Modes above Nyquist and fields of another size are errors`() throws {
    var size = FourierNetworkSize()
    (size.modes, size.padding) = (9, 0)
    #expect(throws: Failure.self) { try ImplicitFourierNetwork(size, channels: 2, points: (16, 16)) }
    size.modes = 8
    let network = try ImplicitFourierNetwork(size, channels: 2, points: (16, 16))
    let batch = SteadyFlowBatch(input: try .zeros([1, 2, 17, 17]), solution: try .zeros([1, 17, 17]))
    let failure = #expect(throws: Failure.self) { _ = try network.inject(batch) }
    #expect(failure?.status == .badData)
  }

  @Test func `Graded noise has its variance, in consecutive parts of the training draws only`() throws {
    let clean = try Self.configuration("{method: darcy, size: 12, \(Self.plans)}").generator
    let noisy = try Self.configuration(
      "{method: darcy, size: 12, scales: {solution: 2}, noise: {field: solution, level: 1}, \(Self.plans)}"
    ).generator
    func solution(_ generator: any SampleGenerator, _ split: Split) throws -> [Double] {
      guard case .real(let values) = try #require(generator.samples(of: split, draws: 0..<32).fields["solution"]) else {
        return []
      }
      return values
    }
    #expect(GradedNoise(field: .solution, level: 1e-7).variances.count == 4)
    #expect(try solution(clean, .test) == solution(noisy, .test))
    let differences = try zip(solution(noisy, .train), solution(clean, .train)).map { $0 - $1 }
    // 11 levels over 40 attempts: the first four draws are clean, draws 30 to 32 have the variance 0.01 of scale 2.
    #expect(differences[0..<(3 * 144)].allSatisfy { $0 == 0 })
    let last = differences[(30 * 144)..<(32 * 144)].map { $0 * $0 }.reduce(0, +) / Double(2 * 144)
    #expect(abs(last / (0.01 * 4) - 1) < 0.3)
  }
}
