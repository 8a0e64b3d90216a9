import Torch

/// Measures a published model over test-time iterations, without a dataset of ours.
public protocol CheckpointSweep: Sendable {
  /// What the measurement takes, in words, after a look at the checkpoint's configuration only.
  func estimate(checkpoint: String, device: Device, threads: Int) throws -> String
  /// - Returns: the content hash of the file.
  func run(_ request: CheckpointSweepRequest) throws -> String
}
