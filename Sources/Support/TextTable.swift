/// Rows of cells as lines of text, whose columns are as wide as their widest cells.
///
///     TextTable([["task", "time"], ["train", "12m05s"]]).lines   // ["task   time", "train  12m05s"]
package struct TextTable: Sendable {
  package var rows: [[String]]
  /// Columns whose cells end at the same place, as numbers should.
  package var rightAligned: Set<Int>

  package init(_ rows: [[String]], rightAligned: Set<Int> = []) { (self.rows, self.rightAligned) = (rows, rightAligned) }

  /// One for each row, without spaces at the end. A row may be shorter than others.
  package var lines: [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return rightAligned.contains(column) ? space + cell : cell + space
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
