import CHDF5
import Foundation

extension String: Element {
  /// UTF-8 text of fixed or variable length.
  public static let elementType = ElementType.string

  /// Text without NUL; of fixed length it is padded with NUL. Throws `.corrupt` for what is no UTF-8.
  public static var codec: ElementCodec<String> {
    ElementCodec(
      read: { count, fileType, call, transfer in
        H5Tis_variable_str(fileType) > 0
          ? try readVariable(count: count, fileType: fileType, call: call, transfer: transfer)
          : try readFixed(count: count, fileType: fileType, call: call, transfer: transfer)
      },
      write: { values, fileType, call, transfer in
        if let value = values.first(where: { $0.utf8.contains(0) }) {
          throw call.failure(.invalidValue, expected: "text without NUL", found: value.debugDescription)
        }
        if H5Tis_variable_str(fileType) > 0 {
          try elementType.withType(in: .memory, call: call) { type in
            try withPointers(to: values.map { Array($0.utf8CString) }) { try transfer(type, $0) }
          }
        } else {
          try writeFixed(values, fileType: fileType, call: call, transfer: transfer)
        }
      })
  }

  private static func writeFixed(
    _ values: [String], fileType: hid_t, call: CallContext, transfer: (hid_t, UnsafeRawPointer) throws -> Void
  ) throws {
    let size = H5Tget_size(fileType)
    var bytes = [UInt8]()
    bytes.reserveCapacity(values.count * size)
    for value in values {
      guard value.utf8.count <= size else {
        throw call.failure(.invalidValue, expected: "text of at most \(size) bytes", found: "\(value.utf8.count)")
      }
      bytes += value.utf8
      bytes += repeatElement(0, count: size - value.utf8.count)
    }
    try bytes.withUnsafeBytes { if let start = $0.baseAddress { try transfer(fileType, start) } }
  }

  /// Runs `body` with a buffer of C string pointers, all of them valid as long as it runs.
  private static func withPointers(to text: [[CChar]], _ body: (UnsafeRawPointer) throws -> Void) throws {
    let offsets = text.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    try Array(text.joined()).withUnsafeBufferPointer { characters in
      let pointers = offsets.dropLast().map { offset in characters.baseAddress.map { $0 + offset } }
      try pointers.withUnsafeBytes { if let start = $0.baseAddress { try body(start) } }
    }
  }

  /// The library allocates every string; each is freed after it was copied.
  private static func readVariable(
    count: Int, fileType: hid_t, call: CallContext, transfer: (hid_t, UnsafeMutableRawPointer) throws -> Void
  ) throws -> [String] {
    let memoryType = try call.check(H5Tcopy(chdf5_c_string()))
    defer { H5Tclose(memoryType) }
    try call.check(H5Tset_size(memoryType, chdf5_variable_size()))
    try call.check(H5Tset_cset(memoryType, H5Tget_cset(fileType)))
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    try pointers.withUnsafeMutableBytes { if let start = $0.baseAddress { try transfer(memoryType, start) } }
    defer { for pointer in pointers { free(pointer) } }
    return try pointers.map { pointer in
      guard let pointer else { return "" }
      return try decode(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)), call)
    }
  }

  private static func readFixed(
    count: Int, fileType: hid_t, call: CallContext, transfer: (hid_t, UnsafeMutableRawPointer) throws -> Void
  ) throws -> [String] {
    let size = H5Tget_size(fileType)
    let spacePadded = H5Tget_strpad(fileType) == H5T_STR_SPACEPAD
    let memoryType = try call.check(H5Tcopy(fileType))
    defer { H5Tclose(memoryType) }
    var bytes = [UInt8](repeating: 0, count: try call.elementCount([count], elementSize: size) * size)
    try bytes.withUnsafeMutableBytes { if let start = $0.baseAddress { try transfer(memoryType, start) } }
    return try (0..<count).map { index in
      var field = bytes[(index * size)..<((index + 1) * size)].prefix { $0 != 0 }
      while spacePadded, field.last == UInt8(ascii: " ") { field.removeLast() }
      return try field.withUnsafeBytes { try decode($0, call) }
    }
  }

  private static func decode(_ bytes: UnsafeRawBufferPointer, _ call: CallContext) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw call.failure(.corrupt, expected: "UTF-8 text", found: "\(bytes.prefix(16).map { String($0, radix: 16) })")
    }
    return text
  }
}
