import Foundation
import TestSupport
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
      let product = try (rate * other).mean(dimensions: [1, 2]).abs().maximum().scalar()
      let scale = try rate.abs().maximum().scalar() * other.abs().maximum().scalar()
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

  @Test(arguments: [20, 21]) func `Both kinds of force have the curl that the flow needs, and what their names say`(
    size: Int
  ) throws {
    let grid = try PeriodicGrid(size: size)
    let equation = VorticityEquation(grid, viscosity: 0.05)
    let vorticity = try ExampleFlow.random(grid, limit: 3)
    for kind in ForceKind.allCases {
      let curl = try grid.curl(of: equation.force(kind, of: vorticity))
      #expect(try relativeDifference(curl.realView(), equation.balancingForce(vorticity).realView()) < 1e-13)
    }
    let smallest = try equation.force(.withoutDivergence, of: vorticity)
    #expect(try grid.divergence(of: smallest).realView().abs().maximum().scalar() < 1e-16)
    // Taylor-Green vortices, u = (sin x cos y, -cos x sin y): (u . grad) u = (sin 2x, sin 2y) / 2, -laplace(u) = 2 u.
    let vortices = try grid.modes(of: ExampleFlow.field(size) { x, y in 2 * sin(x) * sin(y) })
    let force = try grid.fields(of: equation.force(.withoutPressure, of: vortices))
    let x = try ExampleFlow.field(size) { x, y in sin(2 * x) / 2 + 0.1 * sin(x) * cos(y) }
    let y = try ExampleFlow.field(size) { x, y in sin(2 * y) / 2 - 0.1 * cos(x) * sin(y) }
    #expect(try relativeDifference(force, .stacked([x, y], dimension: 1)) < 1e-13)
  }

  /// J v by central differences of the residual, `[B, 2 K + 1, K + 1]`.
  private func jacobianProduct(_ equation: VorticityEquation, at flow: Tensor, _ change: Tensor) throws -> Tensor {
    let step = 1e-5
    return try (equation.balancingForce(flow + change * step) - equation.balancingForce(flow - change * step)) * (0.5 / step)
  }

  @Test(arguments: [(16, 0), (17, 0), (16, 3), (17, 5)]) func `Products with the preconditioned Jacobian are central differences`(
    size: Int, dense: Int
  ) throws {
    let grid = try PeriodicGrid(size: size)
    let equation = VorticityEquation(grid, viscosity: 0.02)
    let flow = try ExampleFlow.random(grid, count: 2, limit: 4, seed: 2)
    let lowModes = dense > 0 ? try LowModes(equation, cutoff: dense) : nil
    let preconditioner = try FlowPreconditioner(equation, lowModes, samples: 2).renewed(Tensor(integers: [0, 1]), at: flow)
    let z = try grid.row(ExampleFlow.random(grid, count: 2, limit: 5, seed: 3) * grid.weight)
    let change = try preconditioner.change(of: z)
    let product = try LinearizedFlow(equation, at: grid.velocity(ofVorticity: flow), preconditioner).product(z)
    let expected = try grid.row(jacobianProduct(equation, at: flow, change) * grid.weight)
    #expect(try relativeDifference(z + product, expected) < 1e-9)
    if dense == 0 {
      #expect(try relativeDifference(grid.row(equation.friction(change) * grid.weight), z) < 1e-14)
    } else if dense == grid.cutoff {
      // Then the preconditioner is the inverse itself.
      #expect(try product.abs().maximum().scalar() < 1e-12 * z.abs().maximum().scalar())
    }
  }

  @Test(arguments: [16, 19]) func `The dense Jacobian of the low modes is the Jacobian between them`(size: Int) throws {
    let grid = try PeriodicGrid(size: size)
    let equation = VorticityEquation(grid, viscosity: 0.02)
    let flow = try ExampleFlow.random(grid, count: 2, limit: 5, seed: 2)
    let lowModes = try LowModes(equation, cutoff: 3)
    func low(_ modes: Tensor) throws -> Tensor {
      try lowModes.column(of: modes.realView().reshaped(grid.realShape(modes.shape[0])))
    }
    let change = try ExampleFlow.random(grid, count: 2, limit: 3, seed: 3)
    let found = try lowModes.jacobian(at: flow).matmul(low(change))
    #expect(try relativeDifference(found, low(jacobianProduct(equation, at: flow, change))) < 1e-9)
  }
}
