import Torch

/// B linear programs of equal size as one block graph: constraints are the left nodes, variables the right nodes, the
/// non-zeros of A the edges. Node k of program i is row i * m + k (constraints) or i * n + k (variables).
public struct ProgramBatch: Sendable {
  /// Number of programs, B.
  public let sampleCount: Int
  /// (b, is_equality) of each constraint: `[B m, 2]`.
  public let constraintFeatures: Tensor
  /// (c, lower, upper) of each variable: `[B n, 3]`.
  public let variableFeatures: Tensor
  /// A as a block-diagonal sparse matrix `[B m, B n]`.
  public let matrix: SparseMatrix
  /// A transposed, on the same values.
  public let transposedMatrix: SparseMatrix
  /// Optimal solutions: `[B, n]`.
  public let solutions: Tensor

  public init(
    sampleCount: Int, constraintFeatures: Tensor, variableFeatures: Tensor, matrix: SparseMatrix,
    transposedMatrix: SparseMatrix, solutions: Tensor
  ) {
    self.sampleCount = sampleCount
    self.constraintFeatures = constraintFeatures
    self.variableFeatures = variableFeatures
    self.matrix = matrix
    self.transposedMatrix = transposedMatrix
    self.solutions = solutions
  }
}
