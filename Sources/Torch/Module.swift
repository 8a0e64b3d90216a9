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

/// The parameters of a module under dotted names, in a fixed order. The names equal those of the PyTorch reference, so that
/// weights can be exchanged with it.
///
///     var named = NamedParameters()
///     named.add("head", try Linear(3, 1))
///     let names = named.names  // ["head.weight", "head.bias"]
public struct NamedParameters: Sendable, Sequence {
  /// In the order in which they were added.
  public private(set) var entries: [(name: String, parameter: Parameter)] = []

  /// None.
  public init() {}

  /// Adds one parameter. A nil parameter (a layer without bias) is left out.
  public mutating func add(_ name: String, _ parameter: Parameter?) {
    if let parameter { entries.append((name, parameter)) }
  }

  /// Adds all parameters of a module below `prefix`, as `prefix.name`.
  public mutating func add(_ prefix: String, _ module: some Module) {
    for (name, parameter) in module.parameters.entries { entries.append(("\(prefix).\(name)", parameter)) }
  }

  /// Iterates over names and parameters.
  public func makeIterator() -> IndexingIterator<[(name: String, parameter: Parameter)]> { entries.makeIterator() }

  /// In order.
  public var names: [String] { entries.map(\.name) }
  /// The present values, in order.
  public var tensors: [Tensor] { entries.map(\.parameter.value) }
  /// Whether there are none.
  public var isEmpty: Bool { entries.isEmpty }

  /// Number of real trainable numbers; a complex entry counts as two.
  public var count: Int {
    entries.reduce(0) { sum, entry in
      sum + entry.parameter.value.count * (entry.parameter.value.type.isComplex ? 2 : 1)
    }
  }

  /// The parameter of that name; nil where there is none.
  public subscript(name: String) -> Parameter? { entries.first { $0.name == name }?.parameter }
}

/// Something with trainable parameters. What it computes is up to the conforming type.
public protocol Module: Sendable {
  /// All trainable tensors under their dotted names, always in the same order.
  var parameters: NamedParameters { get }
}

extension Module {
  /// Moves and converts all parameters.
  public func move(to device: Device, type: DType? = nil) throws {
    for (_, parameter) in parameters {
      let value = parameter.value
      try parameter.assign(value.to(type: type ?? value.type, device: device))
    }
  }
}
