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
  /// What the field is for. Values of inputs and labels are checked as they are read: they are finite.
  public var role: Role
  /// The values that it may have; only inputs and labels must be finite where it is `finite`. Not stored in files: a rule of the case study, not a fact of the dataset.
  public var range: ClosedRange<Double>
  /// What to do about a value out of range; nil for the advice that fits any field.
  public var remedy: String?

  /// Every finite number.
  public static let finite = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude

  /// Every finite number that is not negative.
  public static let notNegative = 0...Double.greatestFiniteMagnitude
  /// Every finite number above 0.
  public static let positive = Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude

  /// A scalar in float64 without a unit, unless it says otherwise.
  public init(
    _ name: String, _ dimensions: [String] = [], _ type: ElementType, units: String = "1", role: Role,
    _ longName: String, in range: ClosedRange<Double> = FieldSchema.finite, remedy: String? = nil
  ) {
    self.range = range
    self.remedy = remedy
    self.name = name
    self.dimensions = dimensions
    self.type = type
    self.units = units
    self.longName = longName
    self.role = role
  }
}
