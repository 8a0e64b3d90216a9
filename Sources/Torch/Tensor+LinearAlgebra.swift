private enum Op {
  static let matmul = Operator("aten::matmul")
  static let linear = Operator("aten::linear")
  static let qr = Operator("aten::linalg_qr")
  static let solve = Operator("aten::linalg_solve")
}

/// Products and factorisations of matrices. Element types of both operands must be equal.
///
///     let a = try Tensor([2, 0, 1, 3], shape: [2, 2])
///     let x = try a.solved(Tensor([4, 8], shape: [2, 1])).doubles()  // [2, 2]
extension Tensor {
  /// Matrix product `[..., m, k]` x `[..., k, n]` -> `[..., m, n]`, leading dimensions broadcast; a vector `[k]` on either side has no
  /// dimension in the result. 2 m n k floating-point operations for each matrix, 8 m n k for complex ones. Throws for sizes that do not fit.
  public func matmul(_ other: Tensor) throws -> Tensor { try Op.matmul(.tensor(self), .tensor(other)) }

  /// x W^T + b, `[..., in]` -> `[..., out]`, with W `[out, in]` and b `[out]`.
  public func linear(_ weight: Tensor, _ bias: Tensor?) throws -> Tensor {
    try Op.linear(.tensor(self), .tensor(weight), .optionalTensor(bias))
  }

  /// The reduced QR decomposition of a matrix: `[..., m, n]` = Q `[..., m, min(m, n)]` times R `[..., min(m, n), n]`, upper triangular.
  public func qr() throws -> (q: Tensor, r: Tensor) {
    let results = try Op.qr.call([.tensor(self), .text("reduced")])
    guard results.count == 2 else {
      throw TorchError.argument(operation: "qr", message: "expected 2 results, found \(results.count)")
    }
    return (results[0], results[1])
  }

  /// The solution X of A X = B, with A = `self`, `[..., n, n]`, and B `[..., n, k]`. Throws for a singular matrix.
  public func solved(_ rightHandSide: Tensor) throws -> Tensor {
    try Op.solve(.tensor(self), .tensor(rightHandSide))
  }
}
