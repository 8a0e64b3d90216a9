import CTorch

/// The element types of tensors, under LibTorch's names. Complex ones are pairs: complex64 of two float32.
///
///     let bytes = DType.complex64.size  // 8
public enum DType: String, CaseIterable, Sendable {
  /// Real floating-point numbers.
  case float32, float64, bfloat16, float16
  /// Whole numbers.
  case int64, int32, uint8
  /// Truth values.
  case bool
  /// Complex floating-point numbers.
  case complex64, complex128

  var code: ct_type {
    switch self {
    case .float32: CT_FLOAT32
    case .float64: CT_FLOAT64
    case .bfloat16: CT_BFLOAT16
    case .float16: CT_FLOAT16
    case .int64: CT_INT64
    case .int32: CT_INT32
    case .uint8: CT_UINT8
    case .bool: CT_BOOL
    case .complex64: CT_COMPLEX64
    case .complex128: CT_COMPLEX128
    }
  }

  init?(code: ct_type) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .uint8, .bool: 1
    case .bfloat16, .float16: 2
    case .float32, .int32: 4
    case .float64, .int64, .complex64: 8
    case .complex128: 16
    }
  }

  /// Whether elements are real floating-point numbers.
  public var isFloatingPoint: Bool { [.float32, .float64, .bfloat16, .float16].contains(self) }
  /// Whether elements are complex numbers.
  public var isComplex: Bool { self == .complex64 || self == .complex128 }
}
