import StudyKit
import Torch

/// B linear programs of equal size as one block graph of tensors: constraints are the left nodes, variables the right nodes, the
/// non-zeros of A the edges. Node k of program i is row i m + k (constraints) or i n + k (variables).
public struct LinearProgramBatch: SampleBatch {
  /// B.
  public let sampleCount: Int
  /// (b, is_equality) of each constraint: `[B m, 2]`.
  public let constraintFeatures: Tensor
  /// (c, lower, upper) of each variable: `[B n, 3]`.
  public let variableFeatures: Tensor
  /// A, block-diagonal: `[B m, B n]`.
  public let matrix: SparseMatrix
  /// A transposed.
  public let transposedMatrix: SparseMatrix
  /// Optimal solutions: `[B, n]`.
  public let solutions: Tensor

  /// - Parameter solutions: `[B, n]` in row-major order.
  public init(_ batch: ProgramBatch, solutions: [Double], options: TensorOptions) throws {
    let (type, device) = (options.type, options.device)
    func real(_ values: [Double], _ shape: [Int]) throws -> Tensor {
      try Tensor(values, shape: shape, type: type, device: device)
    }
    sampleCount = batch.instances
    constraintFeatures = try real(batch.constraintFeatures, [batch.instances * batch.constraints, 2])
    variableFeatures = try real(batch.variableFeatures, [batch.instances * batch.variables, 3])
    self.solutions = try real(solutions, [batch.instances, batch.variables])

    let graph = batch.graph
    matrix = try SparseMatrix(
      rows: batch.instances * batch.constraints, columns: batch.instances * batch.variables, starts: graph.rowPointers,
      columnIndices: graph.columns, values: real(graph.values, [graph.values.count]))
    transposedMatrix = try matrix.transposed
  }
}
