/// Operators found once. Names and meaning are LibTorch's.
private enum Op {
  static let add = Operator("aten::add.Tensor")
  static let sub = Operator("aten::sub.Tensor")
  static let mul = Operator("aten::mul.Tensor")
  static let div = Operator("aten::div.Tensor")
  static let addScalar = Operator("aten::add.Scalar")
  static let addcmul = Operator("aten::addcmul")
  static let rsubScalar = Operator("aten::rsub.Scalar")
  static let mulScalar = Operator("aten::mul.Scalar")
  static let divScalar = Operator("aten::div.Scalar")
  static let neg = Operator("aten::neg")
  static let abs = Operator("aten::abs")
  static let sqrt = Operator("aten::sqrt")
  static let exp = Operator("aten::exp")
  static let log = Operator("aten::log")
  static let sin = Operator("aten::sin")
  static let cos = Operator("aten::cos")
  static let tanh = Operator("aten::tanh")
  static let relu = Operator("aten::relu")
  static let gelu = Operator("aten::gelu")
  static let silu = Operator("aten::silu")
  static let powScalar = Operator("aten::pow.Tensor_Scalar")
  static let reciprocal = Operator("aten::reciprocal")
  static let clampMin = Operator("aten::clamp_min")
  static let clamp = Operator("aten::clamp")
  static let maximum = Operator("aten::maximum")
  static let minimum = Operator("aten::minimum")
  static let whereSelf = Operator("aten::where.self")
  static let isfinite = Operator("aten::isfinite")
  static let less = Operator("aten::lt.Tensor")
  static let lessScalar = Operator("aten::lt.Scalar")
  static let greaterScalar = Operator("aten::gt.Scalar")
  static let equal = Operator("aten::eq.Tensor")
  static let equalScalar = Operator("aten::eq.Scalar")
}

/// Element-wise arithmetic.
///
/// Shapes broadcast: sizes are compared from the last dimension backwards, and a size of 1, or a dimension that is missing, is repeated
/// to the other's; shapes that do not fit are errors. Of two element types the wider one is the result's, and a number leaves the type of
/// a floating-point tensor as it is. Tensors on different devices are errors.
///
///     let a = try Tensor([1, 2, 3, 4], shape: [2, 2])
///     let b = try a * Tensor([10, 100]) + 1  // [[11, 201], [31, 401]]
extension Tensor {
  /// a + b
  public static func + (a: Tensor, b: Tensor) throws -> Tensor { try Op.add(.tensor(a), .tensor(b)) }
  /// a - b
  public static func - (a: Tensor, b: Tensor) throws -> Tensor { try Op.sub(.tensor(a), .tensor(b)) }
  /// a b, element by element; see `matmul` for the product of matrices.
  public static func * (a: Tensor, b: Tensor) throws -> Tensor { try Op.mul(.tensor(a), .tensor(b)) }
  /// a / b; floating-point numbers, of integers too.
  public static func / (a: Tensor, b: Tensor) throws -> Tensor { try Op.div(.tensor(a), .tensor(b)) }
  /// a + b
  public static func + (a: Tensor, b: Double) throws -> Tensor { try Op.addScalar(.tensor(a), .double(b)) }
  /// a + b
  public static func + (a: Double, b: Tensor) throws -> Tensor { try b + a }
  /// a - b
  public static func - (a: Tensor, b: Double) throws -> Tensor { try Op.addScalar(.tensor(a), .double(-b)) }
  /// a - b
  public static func - (a: Double, b: Tensor) throws -> Tensor { try Op.rsubScalar(.tensor(b), .double(a)) }
  /// a b
  public static func * (a: Tensor, b: Double) throws -> Tensor { try Op.mulScalar(.tensor(a), .double(b)) }
  /// a b
  public static func * (a: Double, b: Tensor) throws -> Tensor { try b * a }
  /// a / b
  public static func / (a: Tensor, b: Double) throws -> Tensor { try Op.divScalar(.tensor(a), .double(b)) }
  /// a / b, as (1 / b) a: rounded twice.
  public static func / (a: Double, b: Tensor) throws -> Tensor { try Op.reciprocal(.tensor(b)) * a }
  /// -a; not of Booleans.
  public static prefix func - (a: Tensor) throws -> Tensor { try Op.neg(.tensor(a)) }

  /// self + alpha other, with broadcasting, in one operation (torch.add).
  public func add(_ other: Tensor, alpha: Double) throws -> Tensor {
    try Op.add(.tensor(self), .tensor(other), .double(alpha))
  }

  /// self + a b, element by element with broadcasting, in one operation (torch.addcmul).
  public func addcmul(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try Op.addcmul(.tensor(self), .tensor(a), .tensor(b))
  }

  /// |x|, element by element; of complex numbers, their modulus.
  public func abs() throws -> Tensor { try Op.abs(.tensor(self)) }
  /// The square root of every element; NaN below 0.
  public func sqrt() throws -> Tensor { try Op.sqrt(.tensor(self)) }
  /// e^x of every element.
  public func exp() throws -> Tensor { try Op.exp(.tensor(self)) }
  /// The natural logarithm of every element; -infinity at 0, NaN below.
  public func log() throws -> Tensor { try Op.log(.tensor(self)) }
  /// sin x of every element, in radians.
  public func sin() throws -> Tensor { try Op.sin(.tensor(self)) }
  /// cos x of every element, in radians.
  public func cos() throws -> Tensor { try Op.cos(.tensor(self)) }
  /// Every element to the power of a number; NaN for negative elements and exponents that are not whole.
  public func pow(_ exponent: Double) throws -> Tensor { try Op.powScalar(.tensor(self), .double(exponent)) }

  /// (1 - weight) self + weight end: a damped step; `end` itself, bit for bit, where the weight is 1 (torch.lerp up to rounding).
  public func lerp(to end: Tensor, weight: Double) throws -> Tensor {
    weight == 1 ? end : try (self * (1 - weight)).add(end, alpha: weight)
  }

  /// max(x, 0)
  public func relu() throws -> Tensor { try Op.relu(.tensor(self)) }
  /// tanh x
  public func tanh() throws -> Tensor { try Op.tanh(.tensor(self)) }
  /// x Phi(x), with the exact normal distribution function.
  public func gelu() throws -> Tensor { try Op.gelu(.tensor(self)) }
  /// x / (1 + e^-x)
  public func silu() throws -> Tensor { try Op.silu(.tensor(self)) }

  /// max(x, lower); NaN stays.
  public func clamped(atLeast lower: Double) throws -> Tensor { try Op.clampMin(.tensor(self), .double(lower)) }
  /// min(max(x, lower), upper); NaN stays.
  public func clamped(_ lower: Double, _ upper: Double) throws -> Tensor {
    try Op.clamp(.tensor(self), .double(lower), .double(upper))
  }
  /// The larger one of two elements, with broadcasting; NaN where one is NaN.
  public func maximum(_ other: Tensor) throws -> Tensor { try Op.maximum(.tensor(self), .tensor(other)) }
  /// The smaller one of two elements, with broadcasting; NaN where one is NaN.
  public func minimum(_ other: Tensor) throws -> Tensor { try Op.minimum(.tensor(self), .tensor(other)) }

  /// Neither infinite nor NaN, `bool`.
  public func isFinite() throws -> Tensor { try Op.isfinite(.tensor(self)) }
  /// self < other, `bool`, with broadcasting.
  public func isLess(than other: Tensor) throws -> Tensor { try Op.less(.tensor(self), .tensor(other)) }
  /// self < value, `bool`.
  public func isLess(than value: Double) throws -> Tensor { try Op.lessScalar(.tensor(self), .double(value)) }
  /// self > value, `bool`.
  public func isGreater(than value: Double) throws -> Tensor { try Op.greaterScalar(.tensor(self), .double(value)) }
  /// self = other, `bool`, with broadcasting; NaN equals nothing.
  public func isEqual(to other: Tensor) throws -> Tensor { try Op.equal(.tensor(self), .tensor(other)) }
  /// self = value, `bool`.
  public func isEqual(to value: Double) throws -> Tensor { try Op.equalScalar(.tensor(self), .double(value)) }

  /// Where the `bool` condition holds `self`, elsewhere `other`, with broadcasting of all three.
  public func selected(where condition: Tensor, otherwise other: Tensor) throws -> Tensor {
    try Op.whereSelf(.tensor(condition), .tensor(self), .tensor(other))
  }
}
