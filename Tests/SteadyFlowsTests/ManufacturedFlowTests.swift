import Experiment
import Foundation
import Testing
import Torch

@testable import SteadyFlows

@Suite struct ManufacturedFlowTests {
  @Test func `The time stepper has order 4`() throws {
    let grid = try PeriodicGrid(size: 24)
    let evolution = FlowEvolution(VorticityEquation(grid, viscosity: 0.02))
    let start = try ExampleFlow.random(grid, limit: 4, deviation: 1)
    let reference = try evolution.evolved(start, over: 2, steps: 320).realView()
    let errors = try [10, 20, 40].map {
      try relativeDifference(evolution.evolved(start, over: 2, steps: $0).realView(), reference)
    }
    #expect(abs(log2(errors[0] / errors[1]) - 4) < 0.4 && abs(log2(errors[1] / errors[2]) - 4) < 0.2)
  }

  @Test func `Taylor-Green vortices decay with exp(-2 nu t)`() throws {
    let grid = try PeriodicGrid(size: 16)
    let evolution = FlowEvolution(VorticityEquation(grid, viscosity: 0.1))
    let start = try grid.modes(of: ExampleFlow.field(16) { x, y in sin(x) * sin(y) })
    let end = try evolution.evolved(start, over: 3, steps: 7)
    #expect(try relativeDifference(end.realView(), (start * exp(-0.6)).realView()) < 1e-14)
  }

  @Test func `The force makes the evolved flow steady`() throws {
    var flow = ManufacturedFlow()
    flow.time = 0.5
    let grid = try PeriodicGrid(size: 48)
    let equation = VorticityEquation(grid, viscosity: 0.001)
    let method = ManufacturedFlows(
      flow: flow, equation: equation,
      recorder: FlowRecorder(equation: equation, storedEvery: 2, tolerance: 1e-9, largestTail: 1))
    let samples = try method.samples(draws: [0, 1, 2], seed: 1, stream: "test")
    #expect(samples.input.shape == [3, 2, 24, 24] && samples.solution.shape == [3, 24, 24])
    for certificate in samples.certificates {
      #expect(certificate.residual < 1e-13 && certificate.divergence < 1e-13 && certificate.rejection == nil)
    }
  }
}
