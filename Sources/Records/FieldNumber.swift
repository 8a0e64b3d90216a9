import HDF5

/// A type that the values of a field are read as: `Double`, `Float` or `Int64`.
public protocol FieldNumber: NumericElement, AdditiveArithmetic {
  /// What reading may do to a value.
  static var conversion: Dataset.Conversion { get }
  /// The values as those of a field.
  static func fieldValues(_ values: [Self]) -> FieldValues
  /// A real number as one of these; rounded by `Float`.
  init(_ value: Double)
  /// A number of single precision as one of these.
  init(_ value: Float)
  /// An integer as one of these.
  init(_ value: Int64)
}

extension Double: FieldNumber {
  /// Every value is kept.
  public static var conversion: Dataset.Conversion { .lossless }
  /// As real numbers.
  public static func fieldValues(_ values: [Double]) -> FieldValues { .real(values) }
}

extension Float: FieldNumber {
  /// Values of a float64 field are rounded.
  public static var conversion: Dataset.Conversion { .rounding }
  /// As real numbers of single precision.
  public static func fieldValues(_ values: [Float]) -> FieldValues { .single(values) }
}

extension Int64: FieldNumber {
  /// Every value is kept; integers of any width are read.
  public static var conversion: Dataset.Conversion { .lossless }
  /// As integers.
  public static func fieldValues(_ values: [Int64]) -> FieldValues { .integer(values) }
}
