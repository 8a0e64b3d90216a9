import Foundation
import Testing
import Torch

@testable import SteadyFlows

@Suite struct VorticityEquationTests {
  @Test(arguments: [24, 25]) func `Advection is u . grad(omega), free of aliasing`(size: Int) throws {
    let grid = try PeriodicGrid(size: size)
    let equation = VorticityEquation(grid, viscosity: 0.1)
    // psi = sin x + cos 2y: u = (-2 sin 2y, -cos x), omega = sin x + 4 cos 2y.
    let vorticity = try grid.modes(of: ExampleFlow.field(size) { x, y in sin(x) + 4 * cos(2 * y) })
    let expected = try ExampleFlow.field(size) { x, y in
      -2 * sin(2 * y) * cos(x) + (-cos(x)) * (-8 * sin(2 * y))
    }
    let found = try grid.fields(of: equation.advection(grid.velocity(ofVorticity: vorticity)))
    #expect(try relativeDifference(found, expected) < 1e-13)
  }

  @Test func `Advection conserves energy and enstrophy in the truncated system`() throws {
    let grid = try PeriodicGrid(size: 32)
    let equation = VorticityEquation(grid, viscosity: 0.1)
    let vorticity = try ExampleFlow.random(grid, count: 4, limit: 9)
    let rate = try grid.fields(of: equation.advection(grid.velocity(ofVorticity: vorticity)))
    let field = try grid.fields(of: vorticity)
    let stream = try grid.fields(of: vorticity * grid.inverseSquare)
    for other in [field, stream] {
      let product = try (rate * other).mean(dimensions: [1, 2]).absolute().maximum().scalar()
      let scale = try rate.absolute().maximum().scalar() * other.absolute().maximum().scalar()
      #expect(product < 1e-14 * scale)
    }
  }

  @Test func `Taylor-Green vortices need a force against friction only`() throws {
    let grid = try PeriodicGrid(size: 20)
    let equation = VorticityEquation(grid, viscosity: 0.05)
    let vorticity = try grid.modes(of: ExampleFlow.field(20) { x, y in 2 * sin(x) * sin(y) })
    let forcing = try grid.fields(of: equation.balancingForce(vorticity))
    #expect(try relativeDifference(forcing, ExampleFlow.field(20) { x, y in 0.05 * 4 * sin(x) * sin(y) }) < 1e-13)
  }

  @Test func `Products with the Jacobian are central differences of the residual`() throws {
    for size in [16, 17] {
      let grid = try PeriodicGrid(size: size)
      let equation = VorticityEquation(grid, viscosity: 0.02)
      let flow = try ExampleFlow.random(grid, count: 2, limit: 4, seed: 2)
      let change = try ExampleFlow.random(grid, count: 2, limit: 5, seed: 3)
      // z = M v, so that M^-1 z is the change itself.
      let z = try grid.row(equation.friction(change) * grid.weight)
      let matrix = try LinearizedAdvection(equation, at: grid.velocity(ofVorticity: flow))
      let found = try z + matrix.product(z)
      let step = 1e-5
      let difference = try equation.balancingForce(flow + change * step) - equation.balancingForce(flow - change * step)
      let expected = try grid.row(difference * (0.5 / step) * grid.weight)
      #expect(try relativeDifference(found, expected) < 1e-9)
    }
  }
}
