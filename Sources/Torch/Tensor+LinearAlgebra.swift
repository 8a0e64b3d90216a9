private enum Op {
  static let matmul = Operator("aten::matmul")
  static let linear = Operator("aten::linear")
  static let qr = Operator("aten::linalg_qr")
  static let solve = Operator("aten::linalg_solve")
}

extension Tensor {
  /// Matrix product, batched over leading dimensions.
  public func matmul(_ other: Tensor) throws -> Tensor { try Op.matmul(.tensor(self), .tensor(other)) }

  /// x W^T + b, with W `[out, in]` and b `[out]`.
  public func linear(_ weight: Tensor, _ bias: Tensor?) throws -> Tensor {
    try Op.linear(.tensor(self), .tensor(weight), .optionalTensor(bias))
  }

  /// The reduced QR decomposition of a matrix.
  public func qr() throws -> (q: Tensor, r: Tensor) {
    let results = try Op.qr.call([.tensor(self), .text("reduced")])
    guard results.count == 2 else {
      throw TorchError.argument(operation: "qr", message: "expected 2 results, found \(results.count)")
    }
    return (results[0], results[1])
  }

  /// The solution X of A X = B, with A = `self`.
  public func solved(_ rightHandSide: Tensor) throws -> Tensor {
    try Op.solve(.tensor(self), .tensor(rightHandSide))
  }
}
