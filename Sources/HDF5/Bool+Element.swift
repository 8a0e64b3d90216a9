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
