import Torch

/// What a measurement of a published model needs to know.
public struct CheckpointSweepRequest: Sendable {
  /// The folder of the published model.
  public var checkpoint: String
  /// The file to write.
  public var output: String
  /// Where the model computes.
  public var device: Device
  /// Cores that are used.
  public var threads: Int
  /// Where progress is kept; nil for nowhere.
  public var progress: String?
  /// Whether anything at the path of the output may be replaced.
  public var replaces: Bool
  /// Every random number follows from it.
  public var seed: UInt64
  /// The resolved configuration, for the provenance.
  public var configuration: String

  /// A request as `implicit-sweep --checkpoint` makes it.
  public init(
    checkpoint: String, output: String, device: Device, threads: Int, progress: String?, replaces: Bool = false, seed: UInt64,
    configuration: String
  ) {
    self.replaces = replaces
    self.checkpoint = checkpoint
    self.output = output
    self.device = device
    self.threads = threads
    self.progress = progress
    self.seed = seed
    self.configuration = configuration
  }
}
