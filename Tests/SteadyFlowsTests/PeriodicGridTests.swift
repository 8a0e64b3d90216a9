import Foundation
import TestSupport
import Testing
import Torch

@testable import SteadyFlows

@Suite struct PeriodicGridTests {
  @Test(arguments: [12, 13, 16, 21]) func `Fields of few waves survive the way to modes and back, on odd grids too`(
    size: Int
  ) throws {
    let grid = try PeriodicGrid(size: size)
    #expect(3 * grid.cutoff < size && 3 * (grid.cutoff + 1) >= size)
    let field = try ExampleFlow.field(size) { x, y in sin(2 * x + y) + 0.5 * cos(3 * x - 2 * y) - cos(3 * y) + 0.25 }
    #expect(try relativeDifference(grid.fields(of: grid.modes(of: field)), field) < 1e-14)
    let finer = try ExampleFlow.field(32) { x, y in sin(2 * x + y) + 0.5 * cos(3 * x - 2 * y) - cos(3 * y) + 0.25 }
    #expect(try relativeDifference(grid.fields(of: grid.modes(of: field), points: 32), finer) < 1e-14)
  }

  @Test(arguments: [16, 15]) func `Velocity, curl and divergence are those of closed forms`(size: Int) throws {
    let grid = try PeriodicGrid(size: size)
    // psi = sin(2 x) cos(y): u = (-sin 2x sin y, -2 cos 2x cos y), omega = 5 psi.
    let vorticity = try grid.modes(of: ExampleFlow.field(size) { x, y in 5 * sin(2 * x) * cos(y) })
    let velocity = try grid.velocity(ofVorticity: vorticity)
    let x = try ExampleFlow.field(size) { x, y in -sin(2 * x) * sin(y) }
    let y = try ExampleFlow.field(size) { x, y in -2 * cos(2 * x) * cos(y) }
    #expect(try relativeDifference(velocity.select(1, 0), x) < 1e-14)
    #expect(try relativeDifference(velocity.select(1, 1), y) < 1e-14)
    let modes = try grid.modes(of: velocity)
    #expect(try relativeDifference(grid.curl(of: modes).realView(), vorticity.realView()) < 1e-14)
    #expect(try grid.fields(of: grid.divergence(of: modes)).abs().maximum().scalar() < 1e-14)
    // A gradient has a divergence, and no curl: (sin x, 0) -> cos x.
    let gradient = try Tensor.stacked([ExampleFlow.field(size) { x, _ in sin(x) }, .zeros(like: x)], dimension: 1)
    let divergence = try grid.fields(of: grid.divergence(of: grid.modes(of: gradient)))
    #expect(try relativeDifference(divergence, ExampleFlow.field(size) { x, _ in cos(x) }) < 1e-14)
  }

  /// Sizes even and odd, below and above a vector of 8 or 16 numbers.
  @Test(arguments: [4, 5, 16, 21, 47, 64], [DType.float64, .float32])
  func `Matrix products and FFTs give the same modes, fields and changes of the advection`(
    size: Int, type: DType
  ) throws {
    let tolerance = type == .float64 ? 1e-13 : 2e-5
    let (matrices, fft) = try (
      PeriodicGrid(size: size, method: .matrices, type: type), PeriodicGrid(size: size, method: .fft, type: type)
    )
    func random(_ seed: UInt64) throws -> Tensor {
      try ExampleFlow.random(matrices, count: 3, limit: min(9, matrices.cutoff), seed: seed).realView().to(type: type)
        .complexView()
    }
    let modes = try random(1)
    let fields = try matrices.fields(of: modes)
    #expect(try relativeDifference(fields, fft.fields(of: modes)) < tolerance)
    let product = try fields * fields
    #expect(
      try relativeDifference(matrices.modes(of: product).realView(), fft.modes(of: product).realView()) < tolerance)
    let (velocity, change) = try (matrices.velocity(ofVorticity: modes), random(2))
    let found = try VorticityEquation(matrices, viscosity: 1).advectionChange(change, at: velocity)
    let expected = try VorticityEquation(fft, viscosity: 1).advectionChange(change, at: velocity)
    // Relative to its parts: single waves, all that the smallest grids hold, leave nothing of the sum.
    let scale = try velocity.abs().maximum().scalar() * Double(matrices.cutoff * matrices.cutoff)
    #expect(try (found - expected).realView().abs().maximum().scalar() < tolerance * scale)
    // What a sample gives does not depend on its mates, not even in its last digits.
    let last = try VorticityEquation(matrices, viscosity: 1)
      .advectionChange(change.narrow(0, from: 2, count: 1), at: velocity.narrow(0, from: 2, count: 1))
    #expect(try last.realView().doubles() == found.narrow(0, from: 2, count: 1).realView().doubles())
  }

  @Test func `Large grids use FFTs, and modes or fields of another grid are errors`() throws {
    #expect(try PeriodicGrid(size: 256).method == .fft)
    let (grid, other) = try (PeriodicGrid(size: 16), PeriodicGrid(size: 24))
    let modes = try ExampleFlow.random(grid)
    #expect(throws: TorchError.self) { try other.fields(of: modes) }
    #expect(throws: TorchError.self) { try grid.modes(of: .zeros([1, 16, 15], type: .float64)) }
    let equation = VorticityEquation(grid, viscosity: 1)
    let velocity = try grid.velocity(ofVorticity: modes)
    let wrong = try [
      other.velocity(ofVorticity: ExampleFlow.random(other)), .concatenated([velocity, velocity], dimension: 0),
      velocity.to(type: .float32),
    ]
    for velocity in wrong { #expect(throws: TorchError.self) { try equation.advectionChange(modes, at: velocity) } }
  }

  @Test func `The norm of modes is the root mean square of the field`() throws {
    let grid = try PeriodicGrid(size: 18)
    let modes = try ExampleFlow.random(grid, count: 3)
    let expected = try grid.fields(of: modes).pow(2).mean(dimensions: [1, 2]).sqrt().doubles()
    for (found, norm) in zip(try grid.norms(of: modes), expected) { #expect(abs(found - norm) < 1e-14) }
  }

  @Test func `A force has the curl it was made from, no divergence, and the stated deviation on average`() throws {
    let grid = try PeriodicGrid(size: 24)
    let forcing = try ExampleFlow.random(grid, count: 200, limit: 4, deviation: 0.01)
    let force = try VorticityEquation(grid, viscosity: 1).force(ofCurl: forcing)
    #expect(try relativeDifference(grid.curl(of: force).realView(), forcing.realView()) < 1e-13)
    #expect(try grid.divergence(of: force).realView().abs().maximum().scalar() < 1e-17)
    let squares = try grid.norms(of: forcing).map { $0 * $0 }
    let mean = squares.reduce(0, +) / 200
    #expect(abs(mean.squareRoot() / 0.01 - 1) < 0.03)
  }
}
