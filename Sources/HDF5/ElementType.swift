import CHDF5

/// The type of one value of a dataset or attribute, independent of byte order.
public enum ElementType: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// IEEE 754 binary floating point of 16, 32 or 64 bits.
  case float(bits: Int)
  /// Integer of 8, 16, 32 or 64 bits, two's complement where signed.
  case integer(bits: Int, signed: Bool)
  /// The enumeration FALSE = 0, TRUE = 1 over int8 that h5py writes for `numpy.bool_`.
  case boolean
  /// Text of fixed or variable length.
  case string
  /// The compound (r, i) of two IEEE numbers that h5py writes; `bits` counts one part.
  case complex(bits: Int)
  /// Anything else, named for messages. It cannot be read or written.
  case other(String)

  /// IEEE 754 half precision. netCDF's readers do not know it.
  public static let float16 = ElementType.float(bits: 16)
  /// IEEE 754 single precision.
  public static let float32 = ElementType.float(bits: 32)
  /// IEEE 754 double precision.
  public static let float64 = ElementType.float(bits: 64)
  /// -2^31 ..< 2^31.
  public static let int32 = ElementType.integer(bits: 32, signed: true)
  /// -2^63 ..< 2^63.
  public static let int64 = ElementType.integer(bits: 64, signed: true)
  /// 0 ..< 2^8.
  public static let uint8 = ElementType.integer(bits: 8, signed: false)
  /// 0 ..< 2^16.
  public static let uint16 = ElementType.integer(bits: 16, signed: false)

  /// NumPy's name: "float32", "uint8", "bool", "string", "complex64".
  public var description: String {
    switch self {
    case .float(let bits): "float\(bits)"
    case .integer(let bits, let signed): "\(signed ? "" : "u")int\(bits)"
    case .boolean: "bool"
    case .string: "string"
    case .complex(let bits): "complex\(2 * bits)"
    case .other(let name): name
    }
  }

  /// Whether every value of `other` is also a value of this type.
  public func holds(_ other: ElementType) -> Bool {
    switch (self, other) {
    case (.float(let bits), .float(let otherBits)), (.complex(let bits), .complex(let otherBits)): otherBits <= bits
    case (.integer(let bits, let signed), .integer(let otherBits, let otherSigned)):
      signed == otherSigned ? otherBits <= bits : signed && otherBits < bits
    case (.boolean, .boolean), (.string, .string): true
    default: false
    }
  }

  /// Whether both are floating point, or both complex: conversion then only rounds.
  func roundsTo(_ other: ElementType) -> Bool {
    switch (self, other) {
    case (.float, .float), (.complex, .complex): true
    default: false
    }
  }

  /// Bytes of one value in a file; of variable-length text, of the reference to it.
  public var byteCount: Int {
    switch self {
    case .float(let bits), .integer(let bits, _): bits / 8
    case .complex(let bits): bits / 4
    case .boolean: 1
    case .string, .other: 16
    }
  }
}

extension ElementType {
  /// Reads the description of a type out of the library.
  init(type: hid_t) {
    let size = H5Tget_size(type)
    switch H5Tget_class(type) {
    case H5T_INTEGER where [1, 2, 4, 8].contains(size) && H5Tget_precision(type) == 8 * size:
      self = .integer(bits: 8 * size, signed: H5Tget_sign(type) == H5T_SGN_2)
    case H5T_FLOAT: self = Self.float(type: type, size: size)
    case H5T_STRING: self = .string
    case H5T_ENUM where Self.isBoolean(type): self = .boolean
    case H5T_ENUM: self = .other("enumeration")
    case H5T_COMPOUND: self = Self.compound(type: type)
    case H5T_VLEN: self = .other("variable-length sequence")
    case H5T_REFERENCE: self = .other("reference")
    case H5T_OPAQUE: self = .other("opaque")
    case H5T_ARRAY: self = .other("array type")
    case H5T_BITFIELD: self = .other("bit field")
    default: self = .other("\(8 * size)-bit number")
    }
  }

  private static func float(type: hid_t, size: Int) -> ElementType {
    var (sign, exponent, exponentSize, mantissa, mantissaSize) = (0, 0, 0, 0, 0)
    H5Tget_fields(type, &sign, &exponent, &exponentSize, &mantissa, &mantissaSize)
    switch (size, exponentSize, mantissaSize) {
    case (2, 5, 10): return .float16
    case (4, 8, 23): return .float32
    case (8, 11, 52): return .float64
    case (2, 8, 7): return .other("bfloat16")
    default: return .other("\(8 * size)-bit float with \(mantissaSize) bits of mantissa")
    }
  }

  private static func isBoolean(_ type: hid_t) -> Bool {
    guard H5Tget_size(type) == 1, H5Tget_nmembers(type) == 2 else { return false }
    return [("FALSE", 0), ("TRUE", 1)].allSatisfy { name, expected in
      var value: Int8 = -1
      return H5Tenum_valueof(type, name, &value) >= 0 && value == expected
    }
  }

  private static func compound(type: hid_t) -> ElementType {
    guard H5Tget_nmembers(type) == 2, H5Tget_member_index(type, "r") == 0, H5Tget_member_index(type, "i") == 1 else {
      return .other("compound")
    }
    let members = (0..<2).map { index -> ElementType in
      let member = H5Tget_member_type(type, UInt32(index))
      defer { H5Tclose(member) }
      return ElementType(type: member)
    }
    guard case .float(let bits) = members[0], members[0] == members[1] else { return .other("compound") }
    return .complex(bits: bits)
  }

  /// Runs `body` with the library's type for this one, in the file (little-endian) or in memory (this machine's order).
  ///
  /// - Parameter textLength: bytes of each text, for text of fixed length.
  func withType<Result>(
    in side: Side, textLength: Int? = nil, call: CallContext, _ body: (hid_t) throws -> Result
  ) throws -> Result {
    switch self {
    case .float(32): return try body(side == .file ? chdf5_little_float() : chdf5_native_float())
    case .float(64): return try body(side == .file ? chdf5_little_double() : chdf5_native_double())
    case .integer(let bits, let signed): return try body(Self.integer(bits: bits, signed: signed, side))
    default:
      let type = try makeType(in: side, textLength: textLength, call: call)
      defer { H5Tclose(type) }
      return try body(type)
    }
  }

  enum Side { case file, memory }

  private static func integer(bits: Int, signed: Bool, _ side: Side) -> hid_t {
    switch (bits, signed, side) {
    case (8, true, .file): chdf5_little_int8()
    case (16, true, .file): chdf5_little_int16()
    case (32, true, .file): chdf5_little_int32()
    case (_, true, .file): chdf5_little_int64()
    case (8, false, .file): chdf5_little_uint8()
    case (16, false, .file): chdf5_little_uint16()
    case (32, false, .file): chdf5_little_uint32()
    case (_, false, .file): chdf5_little_uint64()
    case (8, true, .memory): chdf5_native_int8()
    case (16, true, .memory): chdf5_native_int16()
    case (32, true, .memory): chdf5_native_int32()
    case (_, true, .memory): chdf5_native_int64()
    case (8, false, .memory): chdf5_native_uint8()
    case (16, false, .memory): chdf5_native_uint16()
    case (32, false, .memory): chdf5_native_uint32()
    case (_, false, .memory): chdf5_native_uint64()
    }
  }

  /// A new library type, which the caller closes.
  private func makeType(in side: Side, textLength: Int?, call: CallContext) throws -> hid_t {
    switch self {
    case .float(16):
      let type = try call.check(H5Tcopy(side == .file ? chdf5_little_float() : chdf5_native_float()))
      try call.check(H5Tset_fields(type, 15, 10, 5, 0, 10))
      try call.check(H5Tset_size(type, 2))
      try call.check(H5Tset_ebias(type, 15))
      return type
    case .boolean:
      let type = try call.check(H5Tenum_create(Self.integer(bits: 8, signed: true, side)))
      for (name, value) in [("FALSE", Int8(0)), ("TRUE", Int8(1))] {
        var value = value
        try call.check(H5Tenum_insert(type, name, &value))
      }
      return type
    case .string:
      let type = try call.check(H5Tcopy(chdf5_c_string()))
      try call.check(H5Tset_size(type, textLength.map { max(1, $0) } ?? chdf5_variable_size()))
      if textLength != nil { try call.check(H5Tset_strpad(type, H5T_STR_NULLPAD)) }
      try call.check(H5Tset_cset(type, H5T_CSET_UTF8))
      return type
    case .complex(let bits):
      let part = bits / 8
      let type = try call.check(H5Tcreate(H5T_COMPOUND, 2 * part))
      try ElementType.float(bits: bits).withType(in: side, call: call) { member in
        try call.check(H5Tinsert(type, "r", 0, member))
        try call.check(H5Tinsert(type, "i", part, member))
      }
      return type
    default:
      throw call.failure(.typeMismatch, expected: "a number, bool, string or complex type", found: "\(self)")
    }
  }
}
