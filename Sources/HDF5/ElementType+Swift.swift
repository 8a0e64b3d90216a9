extension ElementType {
  /// The Swift type whose values are stored as this type; nil where there is none.
  public var swiftType: (any Element.Type)? {
    switch self {
    case .float(16): Float16.self
    case .float(32): Float.self
    case .float: Double.self
    case .integer(8, true): Int8.self
    case .integer(16, true): Int16.self
    case .integer(32, true): Int32.self
    case .integer(_, true): Int64.self
    case .integer(8, false): UInt8.self
    case .integer(16, false): UInt16.self
    case .integer(32, false): UInt32.self
    case .integer(_, false): UInt64.self
    case .boolean: Bool.self
    case .string: String.self
    case .complex(16): Complex<Float16>.self
    case .complex(32): Complex<Float>.self
    case .complex: Complex<Double>.self
    case .other: nil
    }
  }
}
