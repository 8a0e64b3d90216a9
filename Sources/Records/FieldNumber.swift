import HDF5

/// A type that the values of a field are read as: `Double`, `Float` or `Int64`.
public protocol FieldNumber: NumericElement {
  /// What reading may do to a value.
  static var conversion: Dataset.Conversion { get }
  /// The values as those of a field.
  static func fieldValues(_ values: [Self]) -> FieldValues
}

extension Double: FieldNumber {
  public static var conversion: Dataset.Conversion { .lossless }
  public static func fieldValues(_ values: [Double]) -> FieldValues { .real(values) }
}

extension Float: FieldNumber {
  public static var conversion: Dataset.Conversion { .rounding }
  public static func fieldValues(_ values: [Float]) -> FieldValues { .single(values) }
}

extension Int64: FieldNumber {
  public static var conversion: Dataset.Conversion { .lossless }
  public static func fieldValues(_ values: [Int64]) -> FieldValues { .integer(values) }
}
