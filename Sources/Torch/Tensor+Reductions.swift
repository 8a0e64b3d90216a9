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

/// Sums, means, extremes and norms. Dimensions count from 0, or from -1 backwards; those that are reduced disappear, or stay with size 1
/// where `keeping` is true. A dimension that is not there is an error.
///
///     let a = try Tensor([1, 2, 3, 4], shape: [2, 2])
///     let rows = try a.sum(dimension: 1).doubles()  // [3, 7]
///     let largest = try a.maximum().scalar()  // 4
extension Tensor {
  /// The sum of all elements, `[]`; of integers and Booleans in int64.
  public func sum() throws -> Tensor { try Op.sum(.tensor(self)) }
  /// Sums over one dimension.
  public func sum(dimension: Int, keeping: Bool = false) throws -> Tensor {
    try sum(dimensions: [dimension], keeping: keeping)
  }
  /// Sums over several dimensions; over all of them where none is given.
  public func sum(dimensions: [Int], keeping: Bool = false) throws -> Tensor {
    try Op.sumDims(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  /// The mean of all elements, `[]`; NaN where there are none. Not for integers.
  public func mean() throws -> Tensor { try Op.mean(.tensor(self)) }
  /// Means over several dimensions; over all of them where none is given. Not for integers.
  public func mean(dimensions: [Int], keeping: Bool = false) throws -> Tensor {
    try Op.meanDims(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  /// The largest element, `[]`; NaN where one is NaN. Throws where there are none. Not for complex numbers, as all extremes here.
  public func maximum() throws -> Tensor { try Op.max(.tensor(self)) }
  /// The largest elements over several dimensions; NaN where one is NaN.
  public func maximum(dimensions: [Int], keeping: Bool = false) throws -> Tensor {
    try Op.amax(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  /// The smallest elements over several dimensions; NaN where one is NaN.
  public func minimum(dimensions: [Int], keeping: Bool = false) throws -> Tensor {
    try Op.amin(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  /// Positions of the largest elements along a dimension, int64; which one of several equal ones is LibTorch's choice.
  public func argmax(dimension: Int) throws -> Tensor { try Op.argmax(.tensor(self), .int(dimension)) }
  /// log sum exp(x) along a dimension, without overflow.
  public func logSumExp(dimension: Int, keeping: Bool = false) throws -> Tensor {
    try Op.logSumExp(.tensor(self), .ints([dimension]), .bool(keeping))
  }
  /// Euclidean norms sqrt(sum |x|^2) over several dimensions; real, also of complex numbers. Not for integers.
  public func norm(dimensions: [Int], keeping: Bool = false) throws -> Tensor {
    try Op.norm(.tensor(self), .double(2), .ints(dimensions), .bool(keeping))
  }
  /// The Euclidean norm of each sample of a batch `[B, ...]` -> `[B]`. Throws for rank 0.
  public func sampleNorms() throws -> Tensor {
    guard rank >= 1 else { throw TorchError.shape(operation: "sample norms", expected: "[B, ...]", found: shape) }
    return try reshaped([shape[0], -1]).norm(dimensions: [1])
  }
  /// Whether every element holds: is true, or not 0.
  public func all() throws -> Bool { try Op.all(.tensor(self)).scalar() != 0 }
  /// Whether every element along a dimension holds, `bool`.
  public func all(dimension: Int) throws -> Tensor { try Op.allDim(.tensor(self), .int(dimension)) }
}
