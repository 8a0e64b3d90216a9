/// A table of the summary file, column by column.
public struct SummaryTable: Sendable {
  /// The values of a column, one for each row.
  public enum Values: Equatable, Sendable {
    case real([Double])
    case integer([Int64])
    case text([String])
  }

  /// One named column.
  public struct Column: Sendable {
    /// Name of the dataset in the group of the table.
    public var name: String
    /// Unit of the values, "1" if they have none.
    public var units: String
    /// What the values are, for readers of the file.
    public var longName: String
    /// One for each row.
    public var values: Values
    /// Depends on the machine and the moment, as times do: the values are no part of the content's hash.
    public var isMeasurement: Bool

    /// A column of reproducible pure numbers or texts, unless it says otherwise.
    public init(_ name: String, _ values: Values, units: String = "1", measurement: Bool = false, _ longName: String) {
      self.name = name
      self.units = units
      self.longName = longName
      self.values = values
      isMeasurement = measurement
    }
  }

  /// Name of the group below `/tables`.
  public let name: String
  /// Of equal length.
  public let columns: [Column]

  /// A table of columns of equal length.
  public init(name: String, columns: [Column]) { (self.name, self.columns) = (name, columns) }
}
