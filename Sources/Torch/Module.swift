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
