import HDF5
import Support
import TestSupport
import Testing
import Torch

@testable import SteadyFlows

@Suite struct SteadyFlowPerturbationTests {
  @Test(arguments: ["n16", "n32"]) func `The published protocol gives the reference's pairs`(group: String) throws {
    let file = try File.open(fixturePath("ns_perturbation.h5"))
    defer { try? file.close() }
    let vorticity = try file.tensor("\(group)/vorticity", type: .float64)
    let batch = Double(vorticity.shape[0])
    func check(_ path: String, wave: Int, norm: Double, viscosity: Double, _ row: Int?) throws {
      let found = try PublishedWave(size: vorticity.shape[1], viscosity: viscosity).change(
        of: vorticity, wave: wave, norm: norm / batch.squareRoot())
      var (force, change) = try (file.tensor("\(path)/delta_force"), file.tensor("\(path)/delta_vorticity"))
      if let row { (force, change) = try (force.select(0, row), change.select(0, row)) }
      // The reference takes sines in float32 of arguments up to 4 pi k, which are rounded three times by up to 6e-8 of them.
      let tolerance = max(1e-5, 3 * 6e-8 * Double(wave) * 4 * .pi)
      #expect(try relativeDifference(found.vorticity, change) < tolerance)
      #expect(try relativeDifference(found.force, force.permuted([0, 3, 1, 2])) < tolerance)
    }
    let waves = try file.dataset("\(group)/wavenumber").read(Int64.self)
    for (row, wave) in waves.enumerated() {
      try check(group, wave: Int(wave), norm: 1e-2, viscosity: 0.01, row)
    }
    let n = vorticity.shape[1]
    try check("\(group)/alt", wave: n / 4, norm: 0.3, viscosity: 0.002, nil)
  }

  @Test func `A changed medium comes with the pressure in it, and its distance is that of the coefficients`() throws {
    let problem = try DarcyProblem(size: 15)
    let randoms = (0..<3).map { KeyedRandom(seed: 1, stream: "test", index: UInt64($0)) }
    let medium = try TwoPhaseMedium().coefficients(size: 15, randoms: randoms)
    let pressure = try problem.solve(coefficient: medium, source: .ones(like: medium)).solution
    let samples = ScaledSamples(
      input: try (medium / 4).unsqueezed(1), solution: try pressure / 0.02,
      scales: (input: [4, 4, 4], solution: [0.02, 0.02, 0.02]), viscosities: [0, 0, 0])
    func change(_ norm: Double, _ samples: ScaledSamples, _ phases: [Double]) throws -> SteadyFlowPerturbation.Change {
      try SteadyFlowPerturbation(convention: .physical, frequency: 0.3, norm: norm, viscosity: 0, batchSize: 1)
        .mediumChange(samples, phases)
    }
    let found = try change(0.01, samples, [0.3, 1, 2])
    #expect(found.isSolved == [true, true, true])
    let changed = try (samples.input.select(1, 0) + found.input.select(1, 0)) * 4
    let again = try problem.solve(coefficient: changed, source: .ones(like: changed)).solution
    #expect(try relativeDifference((samples.solution + found.solution) * 0.02, again) < 1e-12)
    for (distance, size) in zip(found.distances, try medium.sampleNorms().doubles()) {
      #expect(abs(distance * 0.02 / size / 0.01 - 1) < 1e-12)
    }
    // To first order in the change: half the change of the medium halves that of the pressure.
    let half = try change(0.005, samples, [0.3, 1, 2])
    #expect(try relativeDifference(half.solution * 2, found.solution) < 0.02)
    #expect(throws: Failure.self) { try change(1, samples, [0.3, 1, 2]) }
  }

  @Test(arguments: ForceKind.allCases) func `A changed flow comes with the change of its force, of the kind that the data have`(
    kind: ForceKind
  ) throws {
    let grid = try PeriodicGrid(size: 20)
    let equation = VorticityEquation(grid, viscosity: 0.02)
    let base = try ExampleFlow.random(grid, count: 2, limit: 4)
    let force = try grid.fields(of: equation.force(kind, of: base))
    let samples = ScaledSamples(
      input: try force / 0.5, solution: try grid.fields(of: base) / 2, scales: (input: [0.5, 0.5], solution: [2, 2]),
      viscosities: [0.02, 0.02])
    let change = try SteadyFlowPerturbation(
      convention: .physical, frequency: 0.5, norm: 0.01, force: kind, viscosity: 7, batchSize: 1
    ).physicalChange(samples, [0.2, 1.3])
    let vorticity = try grid.modes(of: (samples.solution + change.solution) * 2)
    let needed = try grid.fields(of: equation.force(kind, of: vorticity))
    #expect(try relativeDifference((samples.input + change.input) * 0.5, needed) < 1e-13)
    let norms = try (change.solution.sampleNorms() / samples.solution.sampleNorms()).doubles()
    for norm in norms { #expect(abs(norm - 0.01) < 1e-14) }
  }

  @Test(arguments: [false, true]) func `Symmetries take steady flows to steady flows`(isReflected: Bool) throws {
    for size in [20, 21] {
      let grid = try PeriodicGrid(size: size)
      let equation = VorticityEquation(grid, viscosity: 0.02)
      let vorticity = try ExampleFlow.random(grid, limit: 4)
      let force = try grid.fields(of: equation.force(ofCurl: equation.balancingForce(vorticity)))
      for turns in 0..<4 {
        let transformation = FlowTransformation(isReflected: isReflected, quarterTurns: turns, shift: [3, size - 2])
        let moved = try transformation.applied(
          force: force.select(0, 0), vorticity: grid.fields(of: vorticity).select(0, 0))
        let curl = try grid.curl(of: grid.modes(of: moved.force.unsqueezed(0)))
        let needed = try equation.balancingForce(grid.modes(of: moved.vorticity.unsqueezed(0)))
        #expect(try relativeDifference(curl.realView(), needed.realView()) < 1e-12)
      }
    }
  }
}
