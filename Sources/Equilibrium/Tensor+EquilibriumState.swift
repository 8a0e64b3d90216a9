import Torch

private enum Op {
  static let innerProduct = Operator("aten::linalg_vecdot")
  static let addProduct = Operator("aten::addcmul")
  static let toDevice = Operator("aten::to.device")
}

/// A batch of samples along the leading dimension, `[B, ...]`, of a floating-point type.
///
/// Inner products are not recorded for differentiation; linear combinations are, wherever tracking is on, so wrap a
/// solve in `Autograd.withoutTracking` unless it is meant to be differentiated through.
extension Tensor: EquilibriumState {
  /// 2^-52 for float64, 2^-7 for bfloat16, 2^-10 for float16, 2^-23 for all others.
  public var machineEpsilon: Double {
    switch type {
    case .float64: 0x1p-52
    case .bfloat16: 0x1p-7
    case .float16: 0x1p-10
    default: 0x1p-23
    }
  }

  /// In float64 for float64 states, else accumulated in float32; one synchronisation with the device.
  public static func innerProducts(_ pairs: [(Tensor, Tensor)]) throws -> [[Double]] {
    guard let first = pairs.first?.0 else { return [] }
    let count = first.sampleCount
    let products = try Autograd.withoutTracking {
      try Tensor.stacked(
        pairs.map { left, right in
          try right.requireShape(left.shape, role: "the second factor of an inner product")
          return try Op.innerProduct(.tensor(left.sampleRows()), .tensor(right.sampleRows()), .int(1))
        }
      ).doubles()  // the one synchronisation
    }
    return pairs.indices.map { Array(products[$0 * count..<($0 + 1) * count]) }
  }

  /// In the states' type, differentiable wherever tracking is on.
  public static func combination(_ terms: [(Coefficient, Tensor)]) throws -> Tensor {
    guard let first = terms.first?.1 else {
      throw EquilibriumError.countMismatch(role: "a linear combination", expected: 1, found: 0)
    }
    let count = first.sampleCount
    for (coefficient, state) in terms {
      try state.requireShape(first.shape, role: "a term of a linear combination")
      try coefficient.requireCount(count)
    }
    let perSample = terms.flatMap { coefficient, _ in
      if case .perSample(let values) = coefficient { values } else { [Double]() }
    }
    let ones = [Int](repeating: 1, count: first.rank - 1)
    // All per-sample factors travel to the device together, without waiting for it.
    let factors =
      perSample.isEmpty
      ? nil
      : try Op.toDevice(
        .tensor(Tensor(perSample, shape: [perSample.count / count, count] + ones, type: first.type)),
        .device(first.device), .type(first.type), .bool(true))
    var sum: Tensor?
    var used = 0
    for (coefficient, state) in terms {
      switch (coefficient, factors) {
      case (.perSample, .some(let factors)):
        let factor = try factors.select(0, used)
        used += 1
        sum = try sum.map { try Op.addProduct(.tensor($0), .tensor(state), .tensor(factor)) } ?? state * factor
      default:
        let factor = coefficient.value(sample: 0)
        sum = try sum.map { try $0.add(state, alpha: factor) } ?? (factor == 1 ? state : state * factor)
      }
    }
    return sum ?? first
  }

  /// Without any arithmetic on the entries that stay.
  public func replacing(samplesWhere mask: [Bool], with other: Tensor) throws -> Tensor {
    try other.requireShape(shape, role: "the replacement")
    try requireCount(of: mask, sampleCount)
    if !mask.contains(true) { return self }
    if !mask.contains(false) { return other }
    let bytes = mask.map { UInt8($0 ? 1 : 0) }
    let condition = try bytes.withUnsafeBytes {
      try Tensor(
        bytes: $0, shape: [mask.count] + [Int](repeating: 1, count: rank - 1), type: .bool, device: device)
    }
    return try other.selected(where: condition, otherwise: self)
  }

  /// `[B, n]`, in a type that can hold a sum of squares.
  private func sampleRows() throws -> Tensor {
    guard type.isFloatingPoint else {
      throw TorchError.type(operation: "inner products of samples", expected: "a real floating-point type", found: type)
    }
    return try (type == .float64 ? self : to(type: .float32)).reshaped([sampleCount, -1])
  }
}
