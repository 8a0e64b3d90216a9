import Experiment
import HDF5

extension Aggregation {
  /// Writes the summary tables to a file of the kind `summary`.
  ///
  /// - Returns: its content hash.
  @discardableResult
  public func writeSummary(to path: String, provenance: FileProvenance) throws -> String {
    let file = try ContentFile(
      creating: path, FileHeader(.summary, caseStudy: page.caseStudy, title: page.title, references: page.references),
      provenance: provenance)
    for table in summaryTables {
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
