import Torch

/// Element type and device of the tensors of a batch or a model.
public struct TensorOptions: Equatable, Sendable {
  /// Element type of real tensors; integer ones keep theirs.
  public var type: DType
  /// Where the tensors live.
  public var device: Device

  /// By default float32 on the CPU.
  public init(type: DType = .float32, device: Device = .cpu) {
    self.type = type
    self.device = device
  }
}
