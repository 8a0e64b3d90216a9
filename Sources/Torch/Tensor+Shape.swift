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

/// Views and rearrangements: no arithmetic, any element type. Dimensions count from 0, or from -1 backwards; one that is not there, and
/// a shape that does not fit, are errors. Results may share memory with `self`, which nobody sees, because values never change.
///
///     let a = try Tensor.range(6).reshaped([2, 3])  // [[0, 1, 2], [3, 4, 5]]
///     let columns = try a.transposed().integers()  // [0, 3, 1, 4, 2, 5]
///     let last = try a.select(1, -1).integers()  // [2, 5]
extension Tensor {
  /// The same elements in row-major order under another shape; one size may be -1 and follows from the others.
  public func reshaped(_ shape: [Int]) throws -> Tensor { try Op.reshape(.tensor(self), .ints(shape)) }
  /// All elements in row-major order, `[count]`.
  public func flattened() throws -> Tensor { try reshaped([-1]) }
  /// Dimensions of size 1, and new leading ones, repeated to a shape; -1 keeps a size.
  public func expanded(_ shape: [Int]) throws -> Tensor { try Op.expand(.tensor(self), .ints(shape)) }
  /// Dimension i of the result is dimension `order[i]` of `self`.
  public func permuted(_ order: [Int]) throws -> Tensor { try Op.permute(.tensor(self), .ints(order)) }
  /// Two dimensions exchanged; the last two by default.
  public func transposed(_ a: Int = -2, _ b: Int = -1) throws -> Tensor {
    try Op.transpose(.tensor(self), .int(a), .int(b))
  }
  /// A new dimension of size 1 at a position.
  public func unsqueezed(_ dimension: Int) throws -> Tensor { try Op.unsqueeze(.tensor(self), .int(dimension)) }
  /// Without a dimension, if its size is 1; else as it is.
  public func squeezed(_ dimension: Int) throws -> Tensor { try Op.squeeze(.tensor(self), .int(dimension)) }

  /// `count` entries along a dimension, starting at `start`. Throws where there are fewer.
  public func narrow(_ dimension: Int, from start: Int, count: Int) throws -> Tensor {
    try Op.narrow(.tensor(self), .int(dimension), .int(start), .int(count))
  }
  /// The entries `start`, `start + step`, ... before `end` along a dimension; bounds beyond the size are cut to it.
  public func slice(_ dimension: Int, from start: Int, to end: Int, by step: Int = 1) throws -> Tensor {
    try Op.slice(.tensor(self), .int(dimension), .int(start), .int(end), .int(step))
  }
  /// The entry `index` along a dimension, which disappears; -1 is the last one. Throws where there is none.
  public func select(_ dimension: Int, _ index: Int) throws -> Tensor {
    try Op.select(.tensor(self), .int(dimension), .int(index))
  }
  /// Pieces of `size` entries along a dimension, the last one maybe smaller. At most 256 pieces.
  public func split(_ size: Int, dimension: Int) throws -> [Tensor] {
    try Op.split.call([.tensor(self), .int(size), .int(dimension)])
  }
  /// Tensors one after the other along a dimension; all other sizes must be equal, and there must be one at least.
  public static func concatenated(_ tensors: [Tensor], dimension: Int) throws -> Tensor {
    try Op.cat(.tensors(tensors), .int(dimension))
  }
  /// Tensors of one shape side by side along a new dimension; there must be one at least.
  public static func stacked(_ tensors: [Tensor], dimension: Int = 0) throws -> Tensor {
    try Op.stack(.tensors(tensors), .int(dimension))
  }
  /// The entries with the given positions along a dimension; `indices` is an int64 vector. Throws for a position out of range.
  public func indexSelect(_ indices: Tensor, dimension: Int = 0) throws -> Tensor {
    try Op.indexSelect(.tensor(self), .int(dimension), .tensor(indices))
  }
  /// A copy with `source`'s entries added at the given positions along a dimension, of which there is one for each entry, int64.
  public func indexAdd(_ source: Tensor, at indices: Tensor, dimension: Int = 0) throws -> Tensor {
    try Op.indexAdd(.tensor(self), .int(dimension), .tensor(indices), .tensor(source))
  }
  /// Element `[..., i, ...]` is `self[..., indices[..., i, ...], ...]`: one position along a dimension for each element of the result,
  /// which has the shape of `indices`, int64.
  public func gather(_ indices: Tensor, dimension: Int) throws -> Tensor {
    try Op.gather(.tensor(self), .int(dimension), .tensor(indices))
  }
  /// Shifted along dimensions; what leaves at one end comes in at the other.
  public func rolled(_ shifts: [Int], dimensions: [Int]) throws -> Tensor {
    try Op.roll(.tensor(self), .ints(shifts), .ints(dimensions))
  }
  /// In reverse order along dimensions.
  public func flipped(_ dimensions: [Int]) throws -> Tensor { try Op.flip(.tensor(self), .ints(dimensions)) }
  /// The same values, lying row by row in memory; `self`'s own memory where they do already.
  public func contiguous() throws -> Tensor { try Op.contiguous(.tensor(self)) }
  /// A copy with memory of its own.
  public func copied() throws -> Tensor { try Op.clone(.tensor(self)) }

  /// The values in another element type: rounded to nearest, or cut towards zero for integers. Differentiable between floating types.
  public func to(type: DType) throws -> Tensor {
    try self.type == type ? self : Op.toDtype(.tensor(self), .type(type))
  }
  /// The values on another device, and in another type if one is given. Throws where the device is not there.
  public func to(type: DType? = nil, device: Device) throws -> Tensor {
    try Op.toDevice(.tensor(self), .device(device), .type(type ?? self.type))
  }
}

/// Constant tensors. Sizes below 0 are errors.
extension Tensor {
  /// Zeros.
  public static func zeros(_ shape: [Int], type: DType = .float32, device: Device = .cpu) throws -> Tensor {
    try Op.zeros(.ints(shape), .type(type), .none, .device(device))
  }
  /// One value everywhere.
  public static func full(
    _ shape: [Int], _ value: Double, type: DType = .float32, device: Device = .cpu
  ) throws -> Tensor {
    try Op.full(.ints(shape), .double(value), .type(type), .none, .device(device))
  }
  /// Zeros of another tensor's shape, type and device.
  public static func zeros(like other: Tensor) throws -> Tensor { try Op.zerosLike(.tensor(other)) }
  /// Ones of another tensor's shape, type and device.
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
