private enum Op {
  static let reshape = Operator("aten::reshape")
  static let expand = Operator("aten::expand")
  static let permute = Operator("aten::permute")
  static let transpose = Operator("aten::transpose.int")
  static let unsqueeze = Operator("aten::unsqueeze")
  static let squeeze = Operator("aten::squeeze.dim")
  static let narrow = Operator("aten::narrow")
  static let slice = Operator("aten::slice.Tensor")
  static let select = Operator("aten::select.int")
  static let cat = Operator("aten::cat")
  static let stack = Operator("aten::stack")
  static let indexSelect = Operator("aten::index_select")
  static let indexAdd = Operator("aten::index_add")
  static let gather = Operator("aten::gather")
  static let contiguous = Operator("aten::contiguous")
  static let clone = Operator("aten::clone")
  static let roll = Operator("aten::roll")
  static let flip = Operator("aten::flip")
  static let split = Operator("aten::split.Tensor")
  static let toDtype = Operator("aten::to.dtype")
  static let toDevice = Operator("aten::to.device")
  static let zeros = Operator("aten::zeros")
  static let full = Operator("aten::full")
  static let zerosLike = Operator("aten::zeros_like")
  static let onesLike = Operator("aten::ones_like")
  static let arange = Operator("aten::arange.start_step")
  static let eye = Operator("aten::eye")
}

/// Views and rearrangements: no arithmetic.
extension Tensor {
  public func reshaped(_ shape: [Int]) throws -> Tensor { try Op.reshape(.tensor(self), .ints(shape)) }
  public func flattened() throws -> Tensor { try reshaped([-1]) }
  public func expanded(_ shape: [Int]) throws -> Tensor { try Op.expand(.tensor(self), .ints(shape)) }
  public func permuted(_ order: [Int]) throws -> Tensor { try Op.permute(.tensor(self), .ints(order)) }
  public func transposed(_ a: Int = -2, _ b: Int = -1) throws -> Tensor {
    try Op.transpose(.tensor(self), .int(a), .int(b))
  }
  public func unsqueezed(_ dimension: Int) throws -> Tensor { try Op.unsqueeze(.tensor(self), .int(dimension)) }
  public func squeezed(_ dimension: Int) throws -> Tensor { try Op.squeeze(.tensor(self), .int(dimension)) }

  /// `count` entries along a dimension, starting at `start`.
  public func narrow(_ dimension: Int, from start: Int, count: Int) throws -> Tensor {
    try Op.narrow(.tensor(self), .int(dimension), .int(start), .int(count))
  }
  public func slice(_ dimension: Int, from start: Int, to end: Int, by step: Int = 1) throws -> Tensor {
    try Op.slice(.tensor(self), .int(dimension), .int(start), .int(end), .int(step))
  }
  /// The entry `index` along a dimension, which disappears.
  public func select(_ dimension: Int, _ index: Int) throws -> Tensor {
    try Op.select(.tensor(self), .int(dimension), .int(index))
  }
  public func split(_ size: Int, dimension: Int) throws -> [Tensor] {
    try Op.split.call([.tensor(self), .int(size), .int(dimension)])
  }
  public static func concatenated(_ tensors: [Tensor], dimension: Int) throws -> Tensor {
    try Op.cat(.tensors(tensors), .int(dimension))
  }
  public static func stacked(_ tensors: [Tensor], dimension: Int = 0) throws -> Tensor {
    try Op.stack(.tensors(tensors), .int(dimension))
  }
  /// The entries with the given positions along a dimension; `indices` is an int64 vector.
  public func indexSelect(_ indices: Tensor, dimension: Int = 0) throws -> Tensor {
    try Op.indexSelect(.tensor(self), .int(dimension), .tensor(indices))
  }
  /// A copy with `source`'s entries added at the given positions along a dimension.
  public func indexAdd(_ source: Tensor, at indices: Tensor, dimension: Int = 0) throws -> Tensor {
    try Op.indexAdd(.tensor(self), .int(dimension), .tensor(indices), .tensor(source))
  }
  public func gather(_ indices: Tensor, dimension: Int) throws -> Tensor {
    try Op.gather(.tensor(self), .int(dimension), .tensor(indices))
  }
  public func rolled(_ shifts: [Int], dimensions: [Int]) throws -> Tensor {
    try Op.roll(.tensor(self), .ints(shifts), .ints(dimensions))
  }
  public func flipped(_ dimensions: [Int]) throws -> Tensor { try Op.flip(.tensor(self), .ints(dimensions)) }
  public func contiguous() throws -> Tensor { try Op.contiguous(.tensor(self)) }
  /// A copy with storage of its own.
  public func copied() throws -> Tensor { try Op.clone(.tensor(self)) }

  public func to(type: DType) throws -> Tensor {
    try self.type == type ? self : Op.toDtype(.tensor(self), .type(type))
  }
  public func to(type: DType? = nil, device: Device) throws -> Tensor {
    try Op.toDevice(.tensor(self), .device(device), .type(type ?? self.type))
  }
}

/// Constant tensors.
extension Tensor {
  public static func zeros(_ shape: [Int], type: DType = .float32, device: Device = .cpu) throws -> Tensor {
    try Op.zeros(.ints(shape), .type(type), .none, .device(device))
  }
  public static func full(
    _ shape: [Int], _ value: Double, type: DType = .float32, device: Device = .cpu
  ) throws -> Tensor {
    try Op.full(.ints(shape), .double(value), .type(type), .none, .device(device))
  }
  public static func zeros(like other: Tensor) throws -> Tensor { try Op.zerosLike(.tensor(other)) }
  public static func ones(like other: Tensor) throws -> Tensor { try Op.onesLike(.tensor(other)) }
  /// 0, 1, ..., count - 1.
  public static func range(_ count: Int, type: DType = .int64, device: Device = .cpu) throws -> Tensor {
    try Op.arange(.int(0), .int(count), .int(1), .type(type), .none, .device(device))
  }
  /// The identity matrix `[n, n]`.
  public static func identity(_ n: Int, type: DType = .float32, device: Device = .cpu) throws -> Tensor {
    try Op.eye(.int(n), .type(type), .none, .device(device))
  }
}
