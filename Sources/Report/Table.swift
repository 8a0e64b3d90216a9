import Foundation

/// A table, apart from the format it is written in.
///
///     let table = Table(columns: [.init("model"), .init("error")], rows: [[.text("implicit-8"), .number(0.18)]])
///     print(table.markdown)
public struct Table: Sendable {
  /// One value.
  public enum Cell: Equatable, Sendable {
    case text(String)
    case integer(Int)
    /// Shown with 3 significant digits; CSV keeps every digit.
    case number(Double)
    /// Mean and unbiased standard deviation; CSV writes two columns.
    case measurement(mean: Double, deviation: Double)
    case empty
  }

  /// What the cells below each other have in common.
  public struct Column: Equatable, Sendable {
    /// Heading, with the unit in brackets where there is one.
    public var heading: String
    /// Whether the column holds measurements, which take two columns in CSV.
    public var hasDeviation: Bool

    /// A column of single values, unless it says otherwise.
    public init(_ heading: String, hasDeviation: Bool = false) {
      self.heading = heading
      self.hasDeviation = hasDeviation
    }
  }

  /// From the left.
  public let columns: [Column]
  /// From the top, each as long as `columns`.
  public let rows: [[Cell]]

  /// - Parameter rows: each as long as `columns`; missing cells count as empty, further ones are left out.
  public init(columns: [Column], rows: [[Cell]]) {
    self.columns = columns
    self.rows = rows.map { row in
      (0..<columns.count).map { $0 < row.count ? row[$0] : .empty }
    }
  }

  /// Comma-separated values after RFC 4180, with a heading line; numbers in full precision, `nan` for NaN.
  public var csv: String {
    let heading = columns.flatMap { $0.hasDeviation ? [$0.heading, $0.heading + ", std"] : [$0.heading] }
    let body = rows.map { row in
      zip(columns, row).flatMap { column, cell -> [String] in
        let fields: [String] =
          switch cell {
          case .text(let text): [text]
          case .integer(let value): ["\(value)"]
          case .number(let value): ["\(value)"]
          case .measurement(let mean, let deviation): ["\(mean)", "\(deviation)"]
          case .empty: [""]
          }
        return column.hasDeviation && fields.count == 1 ? fields + [""] : fields
      }
    }
    return ([heading] + body).map { $0.map(Self.csvField).joined(separator: ",") + "\r\n" }.joined()
  }

  /// A table of GitHub-flavoured Markdown; numbers are right-aligned.
  public var markdown: String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    let alignment = columns.indices.map { isNumeric($0) ? "---:" : "---" }
    return line(columns.map { Self.markdownText($0.heading) }) + line(alignment)
      + rows.map { line($0.map { Self.markdownText(Self.shown($0)) }) }.joined()
  }

  /// Whether a column holds numbers, and none of its cells text.
  func isNumeric(_ column: Int) -> Bool {
    !rows.contains { if case .text = $0[column] { true } else { false } }
  }

  /// A cell as a reader sees it.
  static func shown(_ cell: Cell) -> String {
    switch cell {
    case .text(let text): text
    case .integer(let value): grouped(value)
    case .number(let value): significant(value)
    case .measurement(let mean, let deviation):
      deviation.isNaN ? significant(mean) : "\(significant(mean)) ± \(significant(deviation, digits: 2))"
    case .empty: ""
    }
  }

  /// A number with so many significant digits, in plain notation from 0.001 to below a million, with a comma between
  /// thousands from ten thousand on.
  static func significant(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
    guard value != 0 else { return "0" }
    let exponent = Int(floor(log10(abs(value))))
    guard (-3..<6).contains(exponent) else { return String(format: "%.\(digits - 1)e", value) }
    guard exponent >= 4 else { return String(format: "%.\(max(digits - 1 - exponent, 0))f", value) }
    let unit = Int(pow(10, Double(exponent - digits + 1)))
    return grouped(Int((value / Double(unit)).rounded()) * unit)
  }

  /// An integer with a comma between thousands, whatever the locale.
  static func grouped(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  private static func csvField(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }

  private static func markdownText(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if character.isNewline {
        result.append(" ")
      } else {
        if "\\|`*_<>[]".contains(character) { result.append("\\") }
        result.append(character)
      }
    }
  }
}
