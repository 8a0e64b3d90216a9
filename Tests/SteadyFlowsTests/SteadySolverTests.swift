import Foundation
import Support
import TestSupport
import Testing
import Torch

@testable import SteadyFlows

@Suite struct SteadySolverTests {
  static func solve(
    _ forcing: Tensor, _ grid: PeriodicGrid, viscosity: Double = 0.01, _ settings: NewtonKrylov = NewtonKrylov()
  ) throws -> (vorticity: Tensor, histories: [NewtonHistory]) {
    try SteadySolver(VorticityEquation(grid, viscosity: viscosity), settings).solve(forcing)
  }

  @Test(arguments: [32, 27]) func `The laminar Kolmogorov flow is found to machine precision`(size: Int) throws {
    let grid = try PeriodicGrid(size: size)
    var distribution = ForcingDistribution()
    distribution.deviation = 0
    distribution.kolmogorovAmplitude = 0.1
    distribution.kolmogorovWave = 4
    var random = KeyedRandom(seed: 1, stream: "unused")
    let forcing = try Tensor(
      distribution.modes(cutoff: grid.cutoff, random: &random), shape: [1, 2 * grid.cutoff + 1, grid.cutoff + 1, 2]
    ).complexView()
    let (vorticity, histories) = try Self.solve(forcing, grid, viscosity: 0.05)
    // f = (a sin n y, 0): u_x = a / (nu n^2) sin(n y), omega = -a / (nu n) cos(n y).
    let expected = try ExampleFlow.field(size) { _, y in -0.1 / (0.05 * 4) * cos(4 * y) }
    #expect(try relativeDifference(grid.fields(of: vorticity), expected) < 1e-14)
    #expect(histories[0].converged && histories[0].residual < 1e-14)
    let force = try grid.fields(of: VorticityEquation(grid, viscosity: 0.05).force(ofCurl: forcing))
    #expect(try relativeDifference(force.select(1, 0), ExampleFlow.field(size) { _, y in 0.1 * sin(4 * y) }) < 1e-13)
  }

  @Test func `Random forces are balanced to the tolerance, with a history that says so`() throws {
    let grid = try PeriodicGrid(size: 32)
    let forcing = try ExampleFlow.forcing(grid, count: 6)
    let (vorticity, histories) = try Self.solve(forcing, grid)
    let equation = VorticityEquation(grid, viscosity: 0.01)
    let residuals = try grid.norms(of: equation.residual(vorticity, forcing: forcing))
    let scales = try grid.norms(of: forcing)
    #expect(histories.filter(\.converged).count >= 5)
    for (sample, history) in histories.enumerated() where history.converged {
      #expect(residuals[sample] <= 1e-9 * scales[sample])
      #expect(abs(history.residual - residuals[sample] / scales[sample]) < 1e-12)
      #expect(history.residuals.count >= 3 && history.products > 5 && history.amplitude == 1)
      #expect(try #require(history.residuals.last) <= 1e-9)
    }
  }

  /// The way on other devices than the CPU, and on large grids.
  @Test func `Through FFTs the same flows are found, in as many steps`() throws {
    let (matrices, fft) = try (PeriodicGrid(size: 32), PeriodicGrid(size: 32, method: .fft))
    let forcing = try ExampleFlow.forcing(matrices, count: 3)
    let (expected, found) = try (Self.solve(forcing, matrices), Self.solve(forcing, fft))
    #expect(found.histories.map(\.converged) == expected.histories.map(\.converged))
    #expect(found.histories.map(\.residuals.count) == expected.histories.map(\.residuals.count))
    #expect(try relativeDifference(found.vorticity.realView(), expected.vorticity.realView()) < 1e-7)
  }

  @Test func `A sample's solution and history do not depend on its batch mates`() throws {
    let grid = try PeriodicGrid(size: 24)
    let forcing = try ExampleFlow.forcing(grid, count: 7, seed: 4)
    let together = try Self.solve(forcing, grid)
    for sample in [0, 3, 6] {
      let alone = try Self.solve(forcing.narrow(0, from: sample, count: 1), grid)
      #expect(alone.histories[0].converged == together.histories[sample].converged)
      #expect(alone.histories[0].products == together.histories[sample].products)
      #expect(alone.histories[0].residuals.count == together.histories[sample].residuals.count)
      let found = try together.vorticity.narrow(0, from: sample, count: 1)
      // Vector kernels may round differently at another place in a batch; the iterations are the same.
      #expect(try relativeDifference(alone.vorticity.realView(), found.realView()) < 1e-9)
    }
  }

  @Test func `The solution map commutes with translations and quarter turns`() throws {
    let grid = try PeriodicGrid(size: 32)
    let equation = VorticityEquation(grid, viscosity: 0.01)
    let forcing = try ExampleFlow.forcing(grid, seed: 6)
    let force = try grid.fields(of: equation.force(ofCurl: forcing))
    let vorticity = try grid.fields(of: Self.solve(forcing, grid).vorticity)
    for transformation in [
      FlowTransformation(shift: [5, 11]), FlowTransformation(quarterTurns: 1), FlowTransformation(isReflected: true),
      FlowTransformation(isReflected: true, quarterTurns: 3, shift: [1, 2]),
    ] {
      let moved = try transformation.applied(force: force.select(0, 0), vorticity: vorticity.select(0, 0))
      let curl = try grid.curl(of: grid.modes(of: moved.force.unsqueezed(0)))
      let found = try grid.fields(of: Self.solve(curl, grid).vorticity)
      #expect(try relativeDifference(found, moved.vorticity.unsqueezed(0)) < 1e-8)
    }
  }

  @Test func `Solutions of one force converge spectrally with the grid`() throws {
    var errors: [Double] = []
    let finest = try PeriodicGrid(size: 96)
    let reference = try finest.fields(of: Self.solve(ExampleFlow.forcing(finest, seed: 6), finest).vorticity, points: 96)
    for size in [16, 24, 32, 48] {
      let grid = try PeriodicGrid(size: size)
      let field = try grid.fields(of: Self.solve(ExampleFlow.forcing(grid, seed: 6), grid).vorticity, points: 96)
      errors.append(try relativeDifference(field, reference))
    }
    // Each half more waves gains more than a fixed order would: the factors grow.
    #expect(errors[1] < errors[0] / 3 && errors[2] < errors[1] / 3 && errors[3] < errors[2] / 20)
    #expect(errors[3] < 1e-4)
  }

  @Test func `Finite differences on the stored points confirm the solution at their second order`() throws {
    let grid = try PeriodicGrid(size: 64)
    let forcing = try ExampleFlow.forcing(grid, seed: 6)
    let vorticity = try Self.solve(forcing, grid).vorticity
    let stream = try vorticity * grid.inverseSquare
    var defects: [Double] = []
    for points in [64, 128, 256] {
      // Nothing of the solver below: central differences of psi and omega on the points.
      let psi = try grid.fields(of: stream, points: points)
      let omega = try grid.fields(of: vorticity, points: points)
      let g = try grid.fields(of: forcing, points: points)
      let h = 2 * Double.pi / Double(points)
      func shifted(_ field: Tensor, _ axis: Int, _ by: Int) throws -> Tensor { try field.rolled([-by], dimensions: [axis]) }
      func slope(_ field: Tensor, _ axis: Int) throws -> Tensor {
        try (shifted(field, axis, 1) - shifted(field, axis, -1)) * (0.5 / h)
      }
      func laplacian(_ field: Tensor) throws -> Tensor {
        var sum = try field * -4
        for axis in [1, 2] { sum = try sum + shifted(field, axis, 1) + shifted(field, axis, -1) }
        return try sum * (1 / (h * h))
      }
      let defect = try slope(psi, 2) * slope(omega, 1) - slope(psi, 1) * slope(omega, 2) - laplacian(omega) * 0.01 - g
      defects.append(try defect.sampleNorms().scalar() / g.sampleNorms().scalar())
      #expect(try relativeDifference(-laplacian(psi), omega) < 50 * h * h)
    }
    #expect(abs(defects[0] / defects[1] - 4) < 0.5 && abs(defects[1] / defects[2] - 4) < 0.1)
  }

  @Test func `A force that is too strong is given up, reported, and leaves its mates alone`() throws {
    let grid = try PeriodicGrid(size: 16)
    let weak = try ExampleFlow.random(grid, limit: 2, deviation: 1e-4)
    let strong = try ExampleFlow.random(grid, limit: 4, deviation: 50, seed: 8)
    var settings = NewtonKrylov()
    settings.newtonSteps = 6
    let both = try Tensor.concatenated([weak, strong, weak * 0], dimension: 0)
    let (vorticity, histories) = try Self.solve(both, grid, viscosity: 0.005, settings)
    #expect(histories.map(\.converged) == [true, false, true])
    #expect(histories[1].amplitude < 1 && histories[1].residual > settings.tolerance)
    #expect(try vorticity.narrow(0, from: 1, count: 2).realView().abs().maximum().scalar() == 0)
    let alone = try Self.solve(weak, grid, viscosity: 0.005, settings)
    #expect(try relativeDifference(vorticity.narrow(0, from: 0, count: 1).realView(), alone.vorticity.realView()) < 1e-9)
  }

  @Test func `Nested grids and the dense preconditioner save work and keep the solution`() throws {
    let grid = try PeriodicGrid(size: 64)
    let equation = VorticityEquation(grid, viscosity: 0.01)
    // Weak enough that there is one solution only.
    let forcing = try ExampleFlow.random(grid, count: 4, limit: 4, deviation: 0.003, seed: 6)
    var settings = NewtonKrylov()
    // Solutions are as far apart as the tolerance times the condition of the problem.
    settings.tolerance = 1e-11
    let dense = try SteadySolver(equation, settings).solve(forcing)
    let nested = try SteadySolver(equation, settings, highestForcingWave: 4).solve(forcing)
    settings.denseWaves = 0
    let slow = try SteadySolver(equation, settings).solve(forcing)
    // The plain way solves less.
    let solved = slow.histories.indices.filter { slow.histories[$0].converged }
    #expect(solved.count >= 3)
    for found in [dense, nested] {
      #expect(found.histories.map(\.converged) == [true, true, true, true])
      for sample in solved {
        let pair = try [found, slow].map { try $0.vorticity.narrow(0, from: sample, count: 1).realView() }
        #expect(try relativeDifference(pair[0], pair[1]) < 1e-6)
      }
    }
    func products(_ histories: [NewtonHistory]) -> Int { histories.map(\.products).reduce(0, +) }
    #expect(products(dense.histories) < products(slow.histories) / 2)
    // The nested way made its steps somewhere else.
    #expect(nested.histories.map(\.residuals) != dense.histories.map(\.residuals))
    let residuals = try grid.norms(of: equation.residual(nested.vorticity, forcing: forcing))
    #expect(try zip(residuals, grid.norms(of: forcing)).allSatisfy { $0 <= 1e-11 * $1 })
  }

  @Test func `A coarser grid's failure is final only where it resolved the flow`() throws {
    let grid = try PeriodicGrid(size: 32)
    let equation = VorticityEquation(grid, viscosity: 0.005)
    let forcing = try ExampleFlow.random(grid, limit: 2, deviation: 0.012, seed: 8)
    var settings = NewtonKrylov()
    settings.newtonSteps = 4
    settings.smallestIncrement = 0.1
    settings.coarsestSize = 16
    settings.largestCoarseTail = .infinity
    let final = try SteadySolver(equation, settings, highestForcingWave: 2).solve(forcing).histories[0]
    settings.largestCoarseTail = -1
    let repeated = try SteadySolver(equation, settings, highestForcingWave: 2).solve(forcing).histories[0]
    #expect(!final.converged && !repeated.converged)
    #expect(repeated.residuals.count > final.residuals.count)
    #expect(Array(repeated.residuals.prefix(final.residuals.count)) == final.residuals)
  }
}
