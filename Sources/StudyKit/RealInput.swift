import Torch

/// The input of a batch as a real vector for each sample.
public struct RealInput<Batch> {
  /// `[B, ...]`
  public var value: Tensor
  /// The batch with another vector in its place.
  public var replaced: (Tensor) throws -> Batch

  public init(_ value: Tensor, replaced: @escaping (Tensor) throws -> Batch) {
    (self.value, self.replaced) = (value, replaced)
  }
}
