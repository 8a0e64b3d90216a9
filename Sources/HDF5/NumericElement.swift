/// Numbers whose bytes in memory are the library's own, so that they can be read into and written from any buffer.
public protocol NumericElement: Element {}

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
