/// Memory that one owner may write in place: the one exception from tensors whose values never change.
///
/// The type cannot be copied, and its memory is its own from the start, so nobody else sees it change. What is read of it are views: they
/// must not be kept beyond the closure that gets them. `freeze` ends the writing and hands out the tensor.
///
///     var basis = try ExclusiveWorkspace(zeros: [2, 3])
///     try basis.write(Tensor([1, 2], shape: [2, 1], type: .float32), at: [1: 0..<1])  // the first column
///     let sum = try basis.read { try $0.sum().scalar() }  // 3
///     let tensor = basis.freeze()  // [1 0 0; 2 0 0]
public struct ExclusiveWorkspace: ~Copyable {
  private let memory: Tensor

  private static let copyInPlace = Operator(mutating: "aten::copy_")

  /// Zeros of the given shape.
  public init(zeros shape: [Int], type: DType = .float32, device: Device = .cpu) throws {
    memory = try .zeros(shape, type: type, device: device)
  }

  /// A copy of a tensor, without its history.
  public init(copying tensor: Tensor) throws { memory = try tensor.detached().copied() }

  /// The shape of all of it.
  public var shape: [Int] { memory.shape }

  /// Writes `source` over a part: along each dimension that `region` names, its range, all of the others.
  ///
  /// - Parameter source: of the part's shape, converted to the type and device of the workspace; not tracked.
  /// - Throws: `TorchError` for a region outside the workspace, a source of another shape, and a tracked source.
  public mutating func write(_ source: Tensor, at region: [Int: Range<Int>] = [:]) throws {
    var part = memory
    for (dimension, range) in region.sorted(by: { $0.key < $1.key }) {
      part = try part.narrow(dimension, from: range.lowerBound, count: range.count)
    }
    guard source.shape == part.shape else {
      throw TorchError.shape(operation: "write to a workspace", expected: "\(part.shape)", found: source.shape)
    }
    guard try !source.requiresGradient else {
      throw TorchError.argument(
        operation: "write to a workspace", message: "expected values without history, found a tracked tensor; detach it")
    }
    _ = try Self.copyInPlace(.tensor(part), .tensor(source))
  }

  /// Reads it. Tensors that share its memory, views above all, must not leave the body.
  public borrowing func read<Result>(_ body: (Tensor) throws -> Result) rethrows -> Result { try body(memory) }

  /// The tensor itself; nobody can write to it any more.
  public consuming func freeze() -> Tensor { memory }
}
