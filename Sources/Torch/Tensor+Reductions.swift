private enum Op {
  static let sum = Operator("aten::sum")
  static let sumDims = Operator("aten::sum.dim_IntList")
  static let mean = Operator("aten::mean")
  static let meanDims = Operator("aten::mean.dim")
  static let max = Operator("aten::max")
  static let amax = Operator("aten::amax")
  static let amin = Operator("aten::amin")
  static let argmax = Operator("aten::argmax")
  static let norm = Operator("aten::linalg_vector_norm")
  static let all = Operator("aten::all")
  static let allDim = Operator("aten::all.dim")
  static let logSumExp = Operator("aten::logsumexp")
}

extension Tensor {
  public func sum() throws -> Tensor { try Op.sum(.tensor(self)) }
  public func sum(dimension: Int, keeping: Bool = false) throws -> Tensor {
    try sum(dimensions: [dimension], keeping: keeping)
  }
  public func sum(dimensions: [Int], keeping: Bool = false) throws -> Tensor {
    try Op.sumDims(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  public func mean() throws -> Tensor { try Op.mean(.tensor(self)) }
  public func mean(dimensions: [Int], keeping: Bool = false) throws -> Tensor {
    try Op.meanDims(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  public func maximum() throws -> Tensor { try Op.max(.tensor(self)) }
  public func maximum(dimensions: [Int], keeping: Bool = false) throws -> Tensor {
    try Op.amax(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  public func minimum(dimensions: [Int], keeping: Bool = false) throws -> Tensor {
    try Op.amin(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  public func argmax(dimension: Int) throws -> Tensor { try Op.argmax(.tensor(self), .int(dimension)) }
  public func logSumExp(dimension: Int, keeping: Bool = false) throws -> Tensor {
    try Op.logSumExp(.tensor(self), .ints([dimension]), .bool(keeping))
  }
  /// Euclidean norm over the given dimensions.
  public func norm(dimensions: [Int], keeping: Bool = false) throws -> Tensor {
    try Op.norm(.tensor(self), .double(2), .ints(dimensions), .bool(keeping))
  }
  /// Euclidean norm of each sample of a batch `[B, ...]` -> `[B]`.
  public func sampleNorms() throws -> Tensor {
    guard rank >= 1 else { throw TorchError.shape(operation: "sample norms", expected: "[B, ...]", found: shape) }
    return try reshaped([shape[0], -1]).norm(dimensions: [1])
  }
  /// Whether every element of a `bool` tensor holds.
  public func all() throws -> Bool { try Op.all(.tensor(self)).scalar() != 0 }
  public func all(dimension: Int) throws -> Tensor { try Op.allDim(.tensor(self), .int(dimension)) }
}
