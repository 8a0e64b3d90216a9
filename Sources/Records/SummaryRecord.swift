import HDF5

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
