import CTorch

/// An n-dimensional array on a device; the owner of exactly one handle of LibTorch.
///
/// Values are never changed in place through this API: operations return new tensors. So a tensor may be shared between
/// threads. Operations throw `TorchError`; write `try` once in front of a whole expression. `ExclusiveWorkspace` is for the few places
/// that must write in place.
///
///     let a = try Tensor([1, 2, 3, 4], shape: [2, 2])
///     let b = try (a.matmul(a) + 1).doubles()  // [8, 11, 16, 23]
public final class Tensor: @unchecked Sendable {
  let handle: OpaquePointer
  /// Sizes of the dimensions; empty for a scalar.
  public let shape: [Int]
  /// The element type.
  public let type: DType

  /// Takes ownership of a handle that the C boundary returned.
  init(owning handle: OpaquePointer) throws(TorchError) {
    self.handle = handle
    do throws(TorchError) {
      var rank: Int64 = 0
      try checked("rank") { $0.pointee.tensor_rank(handle, &rank, &$1) }
      var sizes = [Int64](repeating: 0, count: Int(rank))
      try checked("shape") { $0.pointee.tensor_shape(handle, &sizes, rank, &$1) }
      var code = CT_FLOAT32
      try checked("type") { $0.pointee.tensor_type(handle, &code, &$1) }
      guard let type = DType(code: code) else {
        throw TorchError.argument(operation: "type", message: "element type \(code.rawValue) is unknown")
      }
      shape = sizes.map(Int.init)
      self.type = type
    } catch {
      LibTorch.apiIfLoaded?.pointee.tensor_free(handle)
      throw error
    }
  }

  deinit { LibTorch.apiIfLoaded?.pointee.tensor_free(handle) }

  /// Number of tensor handles alive in this process: 0 when nothing leaks.
  public static var liveCount: Int { LibTorch.apiIfLoaded.map { Int($0.pointee.live_tensors()) } ?? 0 }

  /// Number of dimensions.
  public var rank: Int { shape.count }
  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Where it lives.
  public var device: Device {
    get throws {
      var code = ct_device(index: -1)
      try checked("device") { $0.pointee.tensor_device(handle, &code, &$1) }
      return Device(code: code)
    }
  }

  /// Whether gradients flow to, or through, this tensor.
  public var requiresGradient: Bool {
    get throws {
      var tracked = false
      try checked("requires gradient") { $0.pointee.tensor_requires_gradient(handle, &tracked, &$1) }
      return tracked
    }
  }
}

// MARK: From and to Swift

extension Tensor {
  /// Copies row-major bytes, as many as the shape and the type say. Throws for another number, and for sizes below 0.
  public convenience init(
    bytes: UnsafeRawBufferPointer, shape: [Int], type: DType, device: Device = .cpu
  ) throws {
    guard shape.allSatisfy({ $0 >= 0 }) else {
      throw TorchError.shape(operation: "tensor from data", expected: "sizes of at least 0", found: shape)
    }
    var out: OpaquePointer?
    try checked("tensor from data of shape \(shape)") {
      $0.pointee.tensor_from_data(
        bytes.baseAddress, bytes.count, type.code, shape.map(Int64.init), Int64(shape.count), device.code, &out, &$1)
    }
    try self.init(owning: unwrapped(out, "tensor from data"))
  }

  private convenience init<Element: BitwiseCopyable>(
    elements: [Element], native: DType, shape: [Int]?, type: DType, device: Device
  ) throws {
    let shape = shape ?? [elements.count]
    guard shape.reduce(1, *) == elements.count else {
      throw TorchError.shape(
        operation: "tensor from data", expected: "a product of \(elements.count)", found: shape)
    }
    let host = try elements.withUnsafeBytes { try Tensor(bytes: $0, shape: shape, type: native) }
    if type == native && device == .cpu {
      try self.init(owning: host.shallowHandle())
    } else {
      try self.init(owning: host.to(type: type, device: device).shallowHandle())
    }
  }

  /// A tensor of the given values, row-major; one-dimensional when no shape is given. Throws for a shape that does not fit them, as all
  /// initialisers here.
  public convenience init(
    _ values: [Double], shape: [Int]? = nil, type: DType = .float64, device: Device = .cpu
  ) throws {
    try self.init(elements: values, native: .float64, shape: shape, type: type, device: device)
  }

  /// A tensor of the given values, row-major; one-dimensional when no shape is given.
  public convenience init(
    floats values: [Float], shape: [Int]? = nil, type: DType = .float32, device: Device = .cpu
  ) throws {
    try self.init(elements: values, native: .float32, shape: shape, type: type, device: device)
  }

  /// A tensor of the given values, row-major; one-dimensional when no shape is given.
  public convenience init(
    integers values: [Int64], shape: [Int]? = nil, type: DType = .int64, device: Device = .cpu
  ) throws {
    try self.init(elements: values, native: .int64, shape: shape, type: type, device: device)
  }

  /// A tensor of rank 0.
  public convenience init(scalar value: Double, type: DType = .float64, device: Device = .cpu) throws {
    try self.init([value], shape: [], type: type, device: device)
  }

  /// A second handle on the same values, for initialisers that must own one.
  private func shallowHandle() throws -> OpaquePointer {
    var out: OpaquePointer?
    try checked("share") { $0.pointee.tensor_leaf(handle, false, &out, &$1) }
    return try unwrapped(out, "share")
  }

  private func copied<Element>(to native: DType, zero: Element) throws -> [Element] {
    let source = type == native ? self : try to(type: native)
    var values = [Element](repeating: zero, count: count)
    try values.withUnsafeMutableBytes { bytes in
      try checked("copy out") { $0.pointee.tensor_copy_out(source.handle, bytes.baseAddress, bytes.count, &$1) }
    }
    return values
  }

  /// The elements, row-major, converted to Double. Real types only.
  public func doubles() throws -> [Double] {
    guard !type.isComplex else { throw TorchError.type(operation: "doubles", expected: "a real type", found: type) }
    return try copied(to: .float64, zero: 0)
  }

  /// The elements, row-major, converted to Float. Real types only.
  public func floats() throws -> [Float] {
    guard !type.isComplex else { throw TorchError.type(operation: "floats", expected: "a real type", found: type) }
    return try copied(to: .float32, zero: 0)
  }

  /// The elements, row-major, of an integer or boolean tensor.
  public func integers() throws -> [Int64] {
    guard !type.isComplex, !type.isFloatingPoint else {
      throw TorchError.type(operation: "integers", expected: "an integer type", found: type)
    }
    return try copied(to: .int64, zero: 0)
  }

  /// The bytes of the elements, row-major, in the tensor's own type.
  public func bytes() throws -> [UInt8] {
    var values = [UInt8](repeating: 0, count: count * type.size)
    try values.withUnsafeMutableBytes { bytes in
      try checked("copy out") { $0.pointee.tensor_copy_out(handle, bytes.baseAddress, bytes.count, &$1) }
    }
    return values
  }

  /// The value of a tensor with one element. Throws for more or fewer, and for complex numbers.
  public func scalar() throws -> Double {
    guard count == 1 else { throw TorchError.shape(operation: "scalar", expected: "one element", found: shape) }
    return try doubles()[0]
  }
}

func unwrapped<T>(_ value: T?, _ operation: String) throws(TorchError) -> T {
  guard let value else { throw .argument(operation: operation, message: "LibTorch returned no result") }
  return value
}

extension Tensor: CustomStringConvertible {
  /// Type, shape, and the first six elements.
  public var description: String {
    let head = (try? flattened().narrow(0, from: 0, count: min(count, 6)).doubles()) ?? []
    let values = head.map { "\($0)" }.joined(separator: ", ") + (count > 6 ? ", ..." : "")
    return "Tensor(\(type), \(shape)) [\(values)]"
  }
}
