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
