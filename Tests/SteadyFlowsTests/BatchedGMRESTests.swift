import Support
import TestSupport
import Testing
import Torch

@testable import SteadyFlows

/// C given by dense matrices, `[B, n, n]`.
private struct DenseOperator: BatchOperator {
  let matrices: Tensor
  func product(_ x: Tensor) throws -> Tensor { try matrices.matmul(x.unsqueezed(2)).squeezed(2) }
  func selecting(_ samples: Tensor) throws -> Self { Self(matrices: try matrices.indexSelect(samples)) }
}

@Suite struct BatchedGMRESTests {
  static let size = 40
  static func system(_ count: Int) throws -> (matrices: Tensor, rightHandSide: Tensor) {
    var random = KeyedRandom(seed: 3, stream: "gmres")
    // Each sample is harder than the one before.
    let values = (0..<count).flatMap { sample in random.normals(size * size, deviation: 0.02 * Double(sample + 1)) }
    return try (Tensor(values, shape: [count, size, size]), Tensor(random.normals(count * size), shape: [count, size]))
  }

  @Test(arguments: [(60, 1), (12, 40)]) func `It solves dense systems, with and without restarts`(
    vectors: Int, cycles: Int
  ) throws {
    let (matrices, b) = try Self.system(5)
    let exact = try (matrices + Tensor.identity(Self.size, type: .float64)).solved(b)
    let (x, products) = try BatchedGMRES(krylovVectors: vectors, cycles: cycles).solve(
      DenseOperator(matrices: matrices), b, tolerances: [1e-11, 1e-11, 1e-11, 1e-11, 1e-11])
    #expect(try relativeDifference(x, exact) < 1e-9)
    #expect(products == products.sorted() && products[0] < products[4])
  }

  @Test func `Each sample stops at its own tolerance and is not changed by its mates`() throws {
    let (matrices, b) = try Self.system(6)
    let solver = BatchedGMRES(krylovVectors: 60, cycles: 1)
    let tolerances = [1e-2, 1e-10, 1e3, 1e-6, 1e-1, 1e-8]
    let (x, products) = try solver.solve(DenseOperator(matrices: matrices), b, tolerances: tolerances)
    let defects = try (b - x - DenseOperator(matrices: matrices).product(x)).sampleNorms().doubles()
    for sample in 0..<6 {
      #expect(defects[sample] <= tolerances[sample] * 1.001)
      let one = try solver.solve(
        DenseOperator(matrices: matrices.narrow(0, from: sample, count: 1)), b.narrow(0, from: sample, count: 1),
        tolerances: [tolerances[sample]])
      #expect(one.products == [products[sample]])
      #expect(try relativeDifference(one.solution, x.narrow(0, from: sample, count: 1)) < 1e-12)
    }
    #expect(products[2] == 0)
  }

  @Test func `An exhausted Krylov space ends a sample at its exact solution`() throws {
    // C = 0: one product shows that x = b.
    let zero = DenseOperator(matrices: try .zeros([2, 5, 5], type: .float64))
    let b = try Tensor((0..<10).map(Double.init), shape: [2, 5])
    let (x, products) = try BatchedGMRES(krylovVectors: 5, cycles: 1).solve(zero, b, tolerances: [1e-12, 1e-12])
    #expect(try relativeDifference(x, b) < 1e-15)
    #expect(products == [1, 1])
  }
}
