/// A trainable tensor: the one mutable thing of a model.
///
///     let weight = try Parameter(.zeros([2, 3]))
///     try weight.assign(weight.value.detached() + 1)
///
/// `value` is always a tracked leaf, so that gradients with respect to it can be taken. It lies in memory row by row: kernels
/// round differently in other layouts, and a value read back from a checkpoint must compute like the one that was saved.
/// It is replaced by the optimizer between steps, never while a step runs; several threads may read it at once.
public final class Parameter: @unchecked Sendable {
  /// The tensor, tracked, lying row by row in memory.
  public private(set) var value: Tensor
  /// Whether the last axis holds the real and imaginary parts of complex numbers, which optimizers must treat as one.
  public let isComplexPair: Bool

  /// Throws for complex pairs whose last axis is not of size 2, and for types that cannot be tracked, as integers.
  public init(_ initial: Tensor, isComplexPair: Bool = false) throws {
    guard !isComplexPair || initial.shape.last == 2 else {
      throw TorchError.shape(operation: "complex parameter", expected: "[..., 2]", found: initial.shape)
    }
    value = try initial.contiguous().tracked()
    self.isComplexPair = isComplexPair
  }

  /// Replaces the value. Throws when the shape differs; the element type may change (loading half precision, for example).
  public func assign(_ new: Tensor) throws {
    guard new.shape == value.shape else {
      throw TorchError.shape(operation: "assign parameter", expected: "\(value.shape)", found: new.shape)
    }
    value = try new.contiguous().tracked()
  }
}
