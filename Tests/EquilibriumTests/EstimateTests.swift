import Equilibrium
import Foundation
import TestSupport
import Testing

private func jacobian(_ matrix: [[Double]]) -> Linearization<[Double]> {
  let transpose = transposed(matrix)
  return Linearization(product: { times(matrix, $0) }, transposedProduct: { times(transpose, $0) })
}

struct EstimateTests {
  @Test
  func `Power iteration finds the largest singular value of symmetric, rectangular and triangular matrices`() throws {
    var random = TestRandom(1)
    let symmetric = LinearMap.symmetric(eigenvalues: [-3, 2, 1, 0.5, 0], seed: 2).weight
    // Singular values of [[3, 0], [4, 5]] are sqrt(45) and sqrt(5); a 3 x 2 matrix with orthogonal columns has their lengths.
    let cases: [([[Double]], Double)] = [
      (symmetric, 3), ([[3, 0], [4, 5]], 45.0.squareRoot()), ([[1, 2], [2, 1], [2, -2]], 3), ([[0, 0], [0, 0]], 0),
    ]
    for (matrix, expected) in cases {
      let found = try spectralNorm(of: jacobian(matrix), from: random.vector(matrix[0].count))
      #expect(found.converged == [true])
      // the tolerance 1e-3 on the eigenpair gives its square on the value
      #expect(abs(found.values[0] - expected) <= 1e-5 * max(expected, 1), "\(matrix)")
    }
  }

  @Test
  func `An iteration cut short says that it has not converged and stays below the norm`() throws {
    let matrix = LinearMap.symmetric(eigenvalues: [1, 0.98, 0.9, 0.5, -0.2], seed: 4).weight
    var random = TestRandom(5)
    let found = try spectralNorm(
      of: jacobian(matrix), from: random.vector(5), settings: PowerIteration(maximumIterations: 3, tolerance: 1e-6))
    #expect(found.converged == [false])
    #expect(found.iterations == [3])
    #expect(found.values[0] < 1)
    let radius = try spectralRadius(
      of: jacobian(matrix), from: random.vector(5), settings: PowerIteration(maximumIterations: 3, tolerance: 1e-6))
    #expect(radius.converged == [false])
  }

  @Test
  func `A rotation has a complex dominant pair of modulus equal to its scale`() throws {
    for angle in [0.3, 1.0, Double.pi / 2, 2.5] {
      let (c, s) = (0.8 * cos(angle), 0.8 * sin(angle))
      let matrix = [[c, -s, 0], [s, c, 0], [0, 0, 0.3]]
      let found = try spectralRadius(of: jacobian(matrix), from: [0.4, -1, 0.7])
      #expect(found.converged == [true])
      #expect(found.complexPairs == [true])
      #expect(abs(found.values[0] - 0.8) < 1e-3)
      #expect(abs(found.bound.values[0] - 0.8) < 1e-5)
    }
  }

  @Test
  func `Real dominant eigenvalues, of opposite sign too, are found for matrices that are not normal`() throws {
    let cases: [([[Double]], Double)] = [
      ([[0.9, 5], [0, 0.2]], 0.9), ([[0, 1], [1, 0]], 1), ([[0.7, 0, 0], [1, -0.7, 0], [0, 3, 0.1]], 0.7),
      ([[0, 4], [0, 0]], 0),
    ]
    for (matrix, expected) in cases {
      let found = try spectralRadius(
        of: jacobian(matrix), from: [0.3, 1, -0.2].suffix(matrix.count).map { $0 },
        settings: PowerIteration(maximumIterations: 200, tolerance: 1e-5))
      #expect(found.converged == [true])
      #expect(found.complexPairs == [false])
      #expect(abs(found.values[0] - expected) < 1e-4, "\(matrix)")
      #expect(found.bound.values[0] >= expected - 1e-6)
    }
  }

  @Test
  func `Two complex pairs of equal modulus are not passed off as converged, and the bound holds`() throws {
    func block(_ angle: Double) -> (Double, Double) { (0.9 * cos(angle), 0.9 * sin(angle)) }
    let (a, b) = block(0.5)
    let (c, d) = block(1.9)
    let matrix = [[a, -b, 0, 0], [b, a, 0, 0], [0, 0, c, -d], [0, 0, d, c]]
    let found = try spectralRadius(of: jacobian(matrix), from: [1, 0.2, -0.7, 0.5])
    #expect(found.converged == [false])
    #expect(found.bound.converged == [true])
    #expect(found.values[0] <= found.bound.values[0] * (1 + 1e-6))
  }

  @Test
  func `Estimates of a sample do not depend on its mates`() throws {
    let matrices = [LinearMap.random(3, norm: 0.9, seed: 1).weight, [[0.1, 0, 0], [0, 3, 0], [0, 0, 2.9]]]
    let starts = [[1.0, 0.5, 0.2], [0.2, 1, -1]]
    func apply(_ chosen: [[[Double]]], _ batch: VectorBatch) throws -> VectorBatch {
      try VectorBatch(zip(chosen, batch.rows).map { times($0, $1) })
    }
    let both = Linearization<VectorBatch>(
      product: { try apply(matrices, $0) }, transposedProduct: { try apply(matrices.map(transposed), $0) })
    let norms = try spectralNorm(of: both, from: VectorBatch(starts))
    let radii = try spectralRadius(of: both, from: VectorBatch(starts))
    for sample in 0..<2 {
      let norm = try spectralNorm(of: jacobian(matrices[sample]), from: starts[sample])
      #expect(norm.values[0] == norms.values[sample])
      #expect(norm.iterations[0] == norms.iterations[sample])
      let radius = try spectralRadius(of: jacobian(matrices[sample]), from: starts[sample])
      #expect(radius.values[0] == radii.values[sample])
      #expect(radius.converged[0] == radii.converged[sample])
    }
    #expect(norms.iterations[0] != norms.iterations[1])
  }

  @Test
  func `Central differences give the Jacobian-vector product`() throws {
    let inner = LinearMap.random(5, norm: 0.9, seed: 7)
    let map = { (y: [Double]) in inner(y).map { tanh($0) } }
    var random = TestRandom(8)
    let y = random.vector(5)
    let direction = random.vector(5).map { 1e3 * $0 }
    let product = try Linearization.centralDifferences(of: map, at: y)(direction)
    let exact = zip(inner(y), times(inner.weight, direction)).map { (1 - tanh($0) * tanh($0)) * $1 }
    #expect(distance(product, exact) < 1e-9 * norm(exact))
    #expect(try Linearization.centralDifferences(of: map, at: y)([0, 0, 0, 0, 0]) == [0, 0, 0, 0, 0])
  }

  @Test func `A Lipschitz ratio is the distance of the outputs over that of the inputs, sample by sample`() throws {
    let (a, b) = try (VectorBatch([[3, 4], [1, 1]]), VectorBatch([[0, 0], [1, 0]]))
    #expect(try lipschitzRatios(between: a, and: b, distances: [2, 0.5]) == [2.5, 2])
    #expect(throws: EquilibriumError.degenerateDirection(role: "the input perturbation", sample: 1)) {
      try lipschitzRatios(between: a, and: b, distances: [2, 0])
    }
    #expect(throws: EquilibriumError.countMismatch(role: "the input distances", expected: 2, found: 1)) {
      try lipschitzRatios(between: a, and: b, distances: [2])
    }
  }

  @Test
  func `Zero iterations, a negative tolerance and a zero direction are errors`() throws {
    for settings in [
      PowerIteration(maximumIterations: 0), PowerIteration(tolerance: -1), PowerIteration(tolerance: .nan),
    ] {
      #expect(throws: EquilibriumError.self) { try spectralNorm(of: jacobian([[1]]), from: [1], settings: settings) }
    }
    #expect(throws: EquilibriumError.degenerateDirection(role: "the start direction", sample: 0)) {
      try spectralNorm(of: jacobian([[1, 0], [0, 1]]), from: [0, 0])
    }
  }
}
