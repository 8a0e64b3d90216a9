import LinearPrograms
import StudyKit
import Support
import TestSupport
import Testing
import Torch

@Suite struct LinearProgramBatchTests {
  @Test(arguments: [DType.float32, .float64])
  func `Sparse products of a batch, and their gradients, are A x and A'y of each program`(type: DType) throws {
    let programs = try ExampleProgram.published(5)
    let tolerance = type == .float32 ? 1e-5 : 1e-13
    var random = KeyedRandom(seed: 2, stream: "vectors")
    let xs = programs.map { $0.c.map { _ in random.normal() } }
    let ys = programs.map { $0.b.map { _ in random.normal() } }
    let batch = try LinearProgramBatch(
      ProgramBatch(programs), solutions: xs.flatMap { $0 }, options: TensorOptions(type: type))
    #expect(batch.solutions.shape == [5, 50] && batch.solutions.type == type)

    let x = try Tensor(xs.flatMap { $0 }, shape: [250, 1], type: type).tracked()
    let y = try Tensor(ys.flatMap { $0 }, shape: [50, 1], type: type).tracked()
    let activity = zip(programs, xs).flatMap { $0.constraintActivity(at: $1) }
    let product = zip(programs, ys).flatMap { $0.transposedProduct(with: $1) }
    let (ax, ay) = try (batch.matrix.product(x), batch.transposedMatrix.product(y))
    #expect(try largestDifference(ax.doubles(), activity) < tolerance)
    #expect(try largestDifference(ay.doubles(), product) < tolerance)
    // The gradient of y'(A x) in x is A'y, and that of x'(A'y) in y is A x.
    let inX = try Autograd.gradients(of: [ax], withRespectTo: [x], cotangents: [y])
    let inY = try Autograd.gradients(of: [ay], withRespectTo: [y], cotangents: [x])
    #expect(try largestDifference(inX[0].doubles(), product) < tolerance)
    #expect(try largestDifference(inY[0].doubles(), activity) < tolerance)
  }
}
