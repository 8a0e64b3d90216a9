import HDF5

/// One dataset, or a family of datasets, that the format defines.
public struct ObjectSchema: Equatable, Sendable {
  /// Path from the root. `*` stands for any name, a final `**` for any path.
  public var path: String
  /// Types it may have; the first is the one this program writes.
  public var types: [ElementType]
  /// Names of the dimensions, nil where they are free; a final "..." stands for any further ones.
  public var dimensions: [String]?
  /// Nil where it depends on the case study.
  public var units: String?
  /// What the values are, for data/FORMAT.md and the attribute `long_name`.
  public var longName: String
  /// A file without it, or without one of the family, is refused by the validator.
  public var isRequired: Bool
  /// Depends on the machine and the moment, not on seeds: its values are no part of the content's hash.
  public var isMeasurement: Bool
  /// Where NaN has a meaning.
  public var allowsNaN: Bool
  /// The values are the coordinates of the only dimension: this dataset is its dimension scale.
  public var isCoordinate: Bool
  /// Text that names things, as the labels of an axis; see `Storage.names`.
  public var holdsNames: Bool
  /// What else is to be known; in data/FORMAT.md only, unlike `longName`, which stands in files and so in their hashes.
  public var note: String

  /// Pure numbers that must be there, unless it says otherwise.
  ///
  /// - Parameters:
  ///   - coordinate: whether it holds the coordinates of its dimension; nil for yes if it has the dimension's name.
  ///   - names: whether its text names things.
  public init(
    _ path: String, _ types: [ElementType], _ dimensions: [String]?, units: String? = "1", required: Bool = true,
    measurement: Bool = false, allowsNaN: Bool = false, coordinate: Bool? = nil, names: Bool = false, _ longName: String,
    note: String = ""
  ) {
    self.path = path
    self.types = types
    self.dimensions = dimensions
    self.units = units
    self.longName = longName
    isRequired = required
    isMeasurement = measurement
    self.allowsNaN = allowsNaN
    isCoordinate = coordinate ?? (dimensions?.count == 1 && path.split(separator: "/").last.map(String.init) == dimensions?[0])
    holdsNames = names
    self.note = note
  }

  /// Whether `path` is this object, or one of this family.
  func matches(_ path: String) -> Bool {
    let pattern = self.path.split(separator: "/")
    let parts = path.split(separator: "/")
    if pattern.last == "**" {
      guard parts.count >= pattern.count else { return false }
      return zip(pattern.dropLast(), parts).allSatisfy { $0 == "*" || $0 == $1 }
    }
    return pattern.count == parts.count && zip(pattern, parts).allSatisfy { $0 == "*" || $0 == $1 }
  }

  var isFamily: Bool { path.contains("*") }
}
