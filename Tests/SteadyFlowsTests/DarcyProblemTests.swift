import Foundation
import Support
import TestSupport
import Testing
import Torch

@testable import SteadyFlows

@Suite struct DarcyProblemTests {
  static func cells(_ size: Int, _ value: (Double, Double) -> Double) throws -> Tensor {
    let middles = (0..<size).map { (Double($0) + 0.5) / Double(size) }
    return try Tensor(middles.flatMap { x in middles.map { value(x, $0) } }, shape: [1, size, size])
  }

  @Test func `A closed form with smooth coefficients is reached at second order, on odd grids too`() throws {
    // u = sin(pi x) sin(2 pi y), a = 2 + x y.
    func u(_ x: Double, _ y: Double) -> Double { sin(.pi * x) * sin(2 * .pi * y) }
    func source(_ x: Double, _ y: Double) -> Double {
      let a = 2 + x * y
      let slopeX = Double.pi * cos(.pi * x) * sin(2 * .pi * y)
      let slopeY = 2 * Double.pi * sin(.pi * x) * cos(2 * .pi * y)
      return 5 * Double.pi * Double.pi * a * u(x, y) - y * slopeX - x * slopeY
    }
    var errors: [Double] = []
    for size in [15, 30, 60] {
      let (solution, residuals) = try DarcyProblem(size: size).solve(
        coefficient: Self.cells(size) { 2 + $0 * $1 }, source: Self.cells(size, source))
      #expect(residuals[0] <= 1e-10)
      errors.append(try relativeDifference(solution, Self.cells(size, u)))
    }
    #expect(abs(errors[0] / errors[1] - 4) < 0.3 && abs(errors[1] / errors[2] - 4) < 0.1)
  }

  @Test func `A closed form with a jump of the coefficient at faces is reached at second order`() throws {
    // u = sin(2 pi x) sin(pi y) / (2 a): u and a du/dx are continuous where a jumps from 12 to 3, at x = 1/2.
    func a(_ x: Double) -> Double { x < 0.5 ? 12 : 3 }
    var errors: [Double] = []
    for size in [16, 32, 64] {
      let (solution, _) = try DarcyProblem(size: size).solve(
        coefficient: Self.cells(size) { x, _ in a(x) },
        source: Self.cells(size) { x, y in 2.5 * Double.pi * Double.pi * sin(2 * .pi * x) * sin(.pi * y) })
      errors.append(
        try relativeDifference(solution, Self.cells(size) { x, y in sin(2 * .pi * x) * sin(.pi * y) / (2 * a(x)) }))
    }
    #expect(abs(errors[0] / errors[1] - 4) < 0.3 && abs(errors[1] / errors[2] - 4) < 0.1)
  }

  @Test func `A mirrored medium has the mirrored solution, and one that conducts 5 times as well a fifth of it`() throws {
    let coefficient = try TwoPhaseMedium().coefficients(size: 16, randoms: [KeyedRandom(seed: 2, stream: "medium")])
    func solution(_ coefficient: Tensor) throws -> Tensor {
      try DarcyProblem(size: 16).solve(coefficient: coefficient, source: .ones(like: coefficient)).solution
    }
    let u = try solution(coefficient)
    #expect(try relativeDifference(solution(coefficient.flipped([1])).flipped([1]), u) < 1e-9)
    #expect(try relativeDifference(solution(coefficient * 5) * 5, u) < 1e-9)
  }

  @Test func `Samples of a batch are solved as if alone, and the limit of iterations shows`() throws {
    let randoms = (0..<4).map { KeyedRandom(seed: 1, stream: "medium", index: UInt64($0)) }
    let coefficient = try TwoPhaseMedium().coefficients(size: 20, randoms: randoms)
    #expect(Set(try coefficient.doubles()) == [3, 12])
    let problem = try DarcyProblem(size: 20)
    let (together, residuals) = try problem.solve(coefficient: coefficient, source: .ones(like: coefficient))
    #expect(residuals.allSatisfy { $0 <= 1e-10 })
    let one = try coefficient.narrow(0, from: 2, count: 1)
    let (alone, _) = try problem.solve(coefficient: one, source: .ones(like: one))
    #expect(try relativeDifference(alone, together.narrow(0, from: 2, count: 1)) < 1e-12)
    var hurried = problem
    hurried.iterationLimit = 3
    #expect(try hurried.solve(coefficient: one, source: .ones(like: one)).residuals[0] > 1e-6)
  }
}
