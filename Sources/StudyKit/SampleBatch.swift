import Support
import Torch

/// Samples that are worked through together.
public protocol SampleBatch: Sendable {
  /// B.
  var sampleCount: Int { get }
}

extension SampleBatch {
  /// Values that a study gave for a batch, which must be one for each sample: reduced over the batch they would be weighed as one sample.
  ///
  /// - Throws: `Failure` (bug) for any other shape than `[B]`.
  package func requireOneOfEach(_ values: Tensor, _ name: String) throws -> Tensor {
    guard values.shape == [sampleCount] else {
      throw Failure(
        .bug,
        "`\(name)` of the case study: expected one number for each sample, shape [\(sampleCount)], found shape \(values.shape)",
        remedy: "reduce over every dimension but the first")
    }
    return values
  }
}
