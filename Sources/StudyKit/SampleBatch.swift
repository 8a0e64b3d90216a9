import Torch

/// Samples that are worked through together.
public protocol SampleBatch: Sendable {
  /// B.
  var sampleCount: Int { get }
}
