import CTorch

/// The element types of tensors.
public enum ElementType: String, CaseIterable, Sendable {
  case float32, float64, bfloat16, float16, int64, int32, uint8, bool, complex64, complex128

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

  public var isFloatingPoint: Bool { [.float32, .float64, .bfloat16, .float16].contains(self) }
  public var isComplex: Bool { self == .complex64 || self == .complex128 }
}

/// Where a tensor lives.
public enum Device: Hashable, Sendable, CustomStringConvertible {
  case cpu
  case cuda(Int)

  /// Reads `cpu`, `cuda` or `cuda:N`.
  public init(parsing text: String) throws {
    switch text {
    case "cpu": self = .cpu
    case "cuda": self = .cuda(0)
    default:
      guard text.hasPrefix("cuda:"), let index = Int(text.dropFirst(5)), index >= 0 else {
        throw TorchError.device("device: expected cpu, cuda or cuda:N, found '\(text)'")
      }
      self = .cuda(index)
    }
    if case .cuda(let index) = self {
      let count = try Self.cudaCount()
      guard index < count else {
        let state =
          count == 0
          ? "this LibTorch sees no CUDA device"
          : "this LibTorch sees \(count) CUDA device(s), cuda:0 to cuda:\(count - 1)"
        throw TorchError.device("device \(self) is not there: \(state); use cpu, or point LIBTORCH at a CUDA build")
      }
    }
  }

  /// Number of CUDA devices that LibTorch can use.
  public static func cudaCount() throws -> Int {
    var count: Int64 = 0
    try checked("cuda device count") { ct_cuda_device_count(&count, &$0) }
    return Int(count)
  }

  var code: ct_device {
    switch self {
    case .cpu: ct_device(index: -1)
    case .cuda(let index): ct_device(index: Int32(index))
    }
  }

  init(code: ct_device) { self = code.index < 0 ? .cpu : .cuda(Int(code.index)) }

  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }
}
