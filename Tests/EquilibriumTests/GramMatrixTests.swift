import Testing

@testable import Equilibrium

struct GramMatrixTests {
  @Test
  func `Small positive definite systems are solved as by elimination`() {
    for seed in UInt64(0)..<20 {
      let eigenvalues = [0.01, 0.3, 1, 4, 9]
      let problem = LinearMap.symmetric(eigenvalues: eigenvalues, seed: seed)
      var (matrix, right) = (problem.weight.flatMap { $0 }, problem.offset)
      solvePositiveDefinite(&matrix, &right)
      let expected = solve(problem.weight, problem.offset)
      #expect(distance(right, expected) < 1e-12 * norm(expected))  // condition number 900
    }
  }

  @Test
  func `In a singular system the older unknowns are left out`() {
    // Unknowns 0 and 1 have the same row; the newer one, 1, and unknown 2 are solved for.
    var matrix = [4.0, 4, 0, 4, 4, 0, 0, 0, 4]
    var right = [8.0, 8, 12]
    solvePositiveDefinite(&matrix, &right)
    #expect(right == [0, 2, 3])
  }

  @Test
  func `A full memory forgets its oldest vector`() {
    var gram = GramMatrix()
    #expect(gram.append([[1], [2]][..<1], sample: 0) == false)
    #expect(gram.append([[3], [4]][...], sample: 0) == false)
    #expect(gram.append([[0, 5], [0, 6]][...], sample: 1) == true)
    #expect(gram.count == 2)
    #expect([gram[0, 0], gram[0, 1], gram[1, 0], gram[1, 1]] == [4, 5, 5, 6])
  }
}
