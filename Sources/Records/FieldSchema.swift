import HDF5

/// One field of the samples of a dataset, for example the costs `c [variable]` of a linear program.
public struct FieldSchema: Equatable, Sendable {
  /// What a field is for; stored as the attribute `role`.
  public enum Role: String, CaseIterable, Sendable {
    /// What the model gets.
    case input
    /// What the model is to give.
    case label
    /// A number that shows how good the label is.
    case certificate
    /// What tells samples apart.
    case identifier
  }

  /// Name of the dataset in each split.
  public var name: String
  /// Names of the dimensions of one sample; empty for a scalar.
  public var dimensions: [String]
  /// `.float32`, `.float64`, `.int64` or `.uint8`.
  public var type: ElementType
  /// Unit of the values, "1" if they have none.
  public var units: String
  /// What the values are; stored as the attribute `long_name`.
  public var longName: String
  /// What the field is for; it also says which values may occur: labels are finite, inputs are not NaN.
  public var role: Role

  /// A scalar in float64 without a unit, unless it says otherwise.
  public init(
    _ name: String, _ dimensions: [String] = [], _ type: ElementType, units: String = "1", role: Role,
    _ longName: String
  ) {
    self.name = name
    self.dimensions = dimensions
    self.type = type
    self.units = units
    self.longName = longName
    self.role = role
  }
}
