import CHDF5

/// A Swift type whose values can be stored in an HDF5 file.
///
/// The conforming types are those of this module: all integers of fixed width, Float16, Float, Double, Bool, String
/// (variable-length UTF-8) and `Complex`.
public protocol Element: Sendable {
  /// How values are stored in a file.
  static var elementType: ElementType { get }
  /// How values get from and to the library's memory.
  static var codec: ElementCodec<Self> { get }
}

/// Numbers whose bytes in memory are the library's own, so that they can be read into and written from any buffer.
public protocol NumericElement: Element {}

/// How values of one type get from and to the library's memory. Only this module makes one.
public struct ElementCodec<Value>: Sendable {
  typealias Read =
    @Sendable (_ count: Int, _ fileType: hid_t, CallContext, (hid_t, UnsafeMutableRawPointer) throws -> Void) throws -> [Value]
  typealias Write =
    @Sendable (_ values: [Value], _ fileType: hid_t, CallContext, (hid_t, UnsafeRawPointer) throws -> Void) throws -> Void

  /// Reads `count` values: calls the transfer once with a memory type and a buffer for it.
  let read: Read
  /// Writes values: calls the transfer once with a memory type and a buffer of it.
  let write: Write
}

extension NumericElement {
  /// The bytes as they are in memory.
  public static var codec: ElementCodec<Self> {
    ElementCodec(
      read: { count, _, call, transfer in
        try [Self](unsafeUninitializedCapacity: count) { buffer, initialized in
          guard let start = buffer.baseAddress else { return }
          try elementType.withType(in: .memory, call: call) { try transfer($0, start) }
          initialized = count
        }
      },
      write: { values, _, call, transfer in
        try values.withUnsafeBytes { bytes in
          guard let start = bytes.baseAddress else { return }
          try elementType.withType(in: .memory, call: call) { try transfer($0, start) }
        }
      })
  }
}

extension Int8: NumericElement { public static let elementType = ElementType.integer(bits: 8, signed: true) }
extension Int16: NumericElement { public static let elementType = ElementType.integer(bits: 16, signed: true) }
extension Int32: NumericElement { public static let elementType = ElementType.integer(bits: 32, signed: true) }
extension Int64: NumericElement { public static let elementType = ElementType.integer(bits: 64, signed: true) }
extension UInt8: NumericElement { public static let elementType = ElementType.integer(bits: 8, signed: false) }
extension UInt16: NumericElement { public static let elementType = ElementType.integer(bits: 16, signed: false) }
extension UInt32: NumericElement { public static let elementType = ElementType.integer(bits: 32, signed: false) }
extension UInt64: NumericElement { public static let elementType = ElementType.integer(bits: 64, signed: false) }
extension Float16: NumericElement { public static let elementType = ElementType.float16 }
extension Float: NumericElement { public static let elementType = ElementType.float32 }
extension Double: NumericElement { public static let elementType = ElementType.float64 }

/// A complex number, stored as h5py does: compound with members `r` and `i`.
public struct Complex<Part: NumericElement & BinaryFloatingPoint>: NumericElement, Hashable {
  /// The member `r`.
  public var real: Part
  /// The member `i`.
  public var imaginary: Part

  /// real + i imaginary.
  public init(_ real: Part, _ imaginary: Part) {
    self.real = real
    self.imaginary = imaginary
  }

  /// The compound of two numbers of `Part`.
  public static var elementType: ElementType { .complex(bits: 8 * MemoryLayout<Part>.size) }
}

extension Bool: Element {
  /// The enumeration FALSE = 0, TRUE = 1, as h5py writes `numpy.bool_`.
  public static let elementType = ElementType.boolean

  /// One byte for each value. Throws `.corrupt` for another byte than 0 and 1.
  public static var codec: ElementCodec<Bool> {
    ElementCodec(
      read: { count, _, call, transfer in
        var bytes = [Int8](repeating: 0, count: count)
        try elementType.withType(in: .memory, call: call) { type in
          try bytes.withUnsafeMutableBytes { if let start = $0.baseAddress { try transfer(type, start) } }
        }
        return try bytes.map { byte in
          guard byte == 0 || byte == 1 else {
            throw call.failure(.corrupt, expected: "0 (FALSE) or 1 (TRUE)", found: "\(byte)")
          }
          return byte == 1
        }
      },
      write: { values, _, call, transfer in
        let bytes = values.map { Int8($0 ? 1 : 0) }
        try elementType.withType(in: .memory, call: call) { type in
          try bytes.withUnsafeBytes { if let start = $0.baseAddress { try transfer(type, start) } }
        }
      })
  }
}
