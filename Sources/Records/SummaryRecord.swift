import HDF5

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

/// The tables that the aggregate stage makes of sweeps, as a file.
public struct SummaryRecord: Sendable {
  /// Name of the case study, `linear-programs`.
  public var caseStudy: String
  /// Title of the report.
  public var title: String
  /// Publications that the report is about.
  public var references: [String]
  /// In any order; their names differ.
  public var tables: [SummaryTable]

  /// The tables of one report.
  public init(caseStudy: String, title: String, references: [String], tables: [SummaryTable]) {
    (self.caseStudy, self.title, self.references, self.tables) = (caseStudy, title, references, tables)
  }

  /// Writes the file.
  ///
  /// - Returns: its content hash.
  @discardableResult
  public func write(to path: String, provenance: FileProvenance) throws -> String {
    let file = try ContentFile(
      creating: path, FileHeader(.summary, caseStudy: caseStudy, title: title, references: references),
      provenance: provenance)
    for table in tables {
      for column in table.columns {
        func write<Value: Element>(_ values: [Value]) throws {
          try file.write(
            "/tables/\(table.name)/\(column.name)", values, units: column.units, longName: column.longName,
            role: column.isMeasurement ? "measurement" : nil)
        }
        switch column.values {
        case .real(let values): try write(values)
        case .integer(let values): try write(values)
        case .text(let values): try write(values)
        }
      }
    }
    return try file.finish()
  }
}
