/// A table of the summary file, column by column.
public struct SummaryTable: Sendable {
  public enum Values: Equatable, Sendable {
    case real([Double])
    case integer([Int64])
    case text([String])
  }

  public struct Column: Sendable {
    public var name: String
    public var units: String
    public var longName: String
    public var values: Values

    public init(_ name: String, _ values: Values, units: String = "1", _ longName: String) {
      self.name = name
      self.units = units
      self.longName = longName
      self.values = values
    }
  }

  public let name: String
  public let columns: [Column]

  public init(name: String, columns: [Column]) { (self.name, self.columns) = (name, columns) }
}

/// The tables that the aggregate stage makes of sweeps, as a file.
public struct SummaryRecord: Sendable {
  public var caseStudy: String
  public var title: String
  public var references: [String]
  public var tables: [SummaryTable]

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
        let name = "/tables/\(table.name)/\(column.name)"
        switch column.values {
        case .real(let values): try file.write(name, values, units: column.units, longName: column.longName)
        case .integer(let values): try file.write(name, values, units: column.units, longName: column.longName)
        case .text(let values): try file.write(name, values, units: column.units, longName: column.longName)
        }
      }
    }
    return try file.finish()
  }
}
