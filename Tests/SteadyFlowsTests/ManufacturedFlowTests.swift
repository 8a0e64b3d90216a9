import Foundation
import TestSupport
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

  @Test func `Starts have their largest speeds in the interval, spread over it`() throws {
    var flow = ManufacturedFlow()
    (flow.lowestSpeed, flow.speed, flow.time) = (0.2, 0.6, 0)
    let grid = try PeriodicGrid(size: 48)
    let method = ManufacturedFlows(
      flow: flow,
      recorder: try FlowRecorder(
        .init(size: 48, viscosity: 0.001, storedEvery: 1, tolerance: 1e-9, largestTail: 1), on: .cpu))
    let samples = try method.samples(draws: Array(0..<40), seed: 1, stream: "test")
    let velocity = try grid.velocity(ofVorticity: grid.modes(of: samples.solution))
    let speeds = try velocity.pow(2).sum(dimension: 1).flattenedSamples().maximum(dimensions: [1]).sqrt().doubles()
    #expect(speeds.allSatisfy { $0 > 0.2 - 1e-9 && $0 < 0.6 + 1e-9 })
    #expect(speeds.contains { $0 < 0.25 } && speeds.contains { $0 > 0.55 })
    #expect(abs(speeds.reduce(0, +) / 40 - 0.4) < 0.06)
  }

  @Test(arguments: ForceKind.allCases) func `The force makes the evolved flow steady`(force: ForceKind) throws {
    var flow = ManufacturedFlow()
    (flow.time, flow.force) = (0.5, force)
    let method = ManufacturedFlows(
      flow: flow,
      recorder: try FlowRecorder(
        .init(size: 48, viscosity: 0.001, storedEvery: 2, tolerance: 1e-9, largestTail: 1), on: .cpu))
    let samples = try method.samples(draws: [0, 1, 2], seed: 1, stream: "test")
    #expect(samples.input.shape == [3, 2, 24, 24] && samples.solution.shape == [3, 24, 24])
    for certificate in samples.certificates {
      #expect(certificate.residual < 1e-13 && certificate.divergence < 1e-13 && certificate.rejection == nil)
    }
  }
}
