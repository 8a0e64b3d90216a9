import CTorch

/// Where a tensor lives.
///
///     let device = try Device(parsing: "cpu")
public enum Device: Hashable, Sendable, CustomStringConvertible {
  /// The host.
  case cpu
  /// GPU number N, from 0.
  case cuda(Int)

  /// Reads `cpu`, `cuda` or `cuda:N`.
  ///
  /// - Throws: `TorchError.device` for other texts, and for a GPU that is not there.
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
    try checked("cuda device count") { $0.pointee.cuda_device_count(&count, &$1) }
    return Int(count)
  }

  var code: ct_device {
    switch self {
    case .cpu: ct_device(index: -1)
    case .cuda(let index): ct_device(index: Int32(index))
    }
  }

  init(code: ct_device) { self = code.index < 0 ? .cpu : .cuda(Int(code.index)) }

  /// As `init(parsing:)` reads it.
  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }
}
