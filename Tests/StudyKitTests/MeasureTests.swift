import StudyKit
import Support
import TestSupport
import Testing
import Torch

/// Measures and losses are of samples, not of batches.
@Suite struct MeasureTests {
  private struct Numbers: SampleBatch {
    let sampleCount: Int
  }

  private let output: Tensor
  private let batch = Numbers(sampleCount: 3)

  init() throws { output = try Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2]) }

  @Test func `A measure is read back as one number for each sample`() throws {
    let sum = Measure<Numbers>("sum", "the sum") { output, _ in try output.sum(dimensions: [1]) }
    #expect(try sum(output, batch) == [3, 7, 11])
  }

  @Test func `One number for the batch, or one for each entry, is refused`() throws {
    for values: @Sendable (Tensor, Numbers) throws -> Tensor in [
      { output, _ in try output.sum() }, { output, _ in try output.sum().reshaped([1]) }, { output, _ in output },
    ] {
      let failure = try thrownFailure { _ = try Measure<Numbers>("sum", "the sum", values: values)(output, batch) }
      #expect(failure.status == .bug && failure.problem.contains("`sum`") && failure.problem.contains("[3]"))
    }
  }
}
