import HDF5

/// One attribute that the format defines.
public struct AttributeSchema: Equatable, Sendable {
  /// Name of the attribute.
  public var name: String
  /// `.string`, or any type whose values hold the values of this one.
  public var type: ElementType
  /// A one-dimensional array instead of a scalar.
  public var isArray: Bool
  /// A file without it is refused by the validator.
  public var isRequired: Bool
  /// For data/FORMAT.md and messages.
  public var meaning: String

  /// A scalar that must be there, unless it says otherwise.
  public init(_ name: String, _ type: ElementType, array: Bool = false, required: Bool = true, _ meaning: String) {
    self.name = name
    self.type = type
    isArray = array
    isRequired = required
    self.meaning = meaning
  }
}
