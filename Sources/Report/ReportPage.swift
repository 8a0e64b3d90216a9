import Mustache
import Plot
import Support

/// Everything a report says, apart from its format.
public struct ReportPage: Sendable {
  /// A file or fact with its value, for the lists at the end.
  public struct Fact: Sendable {
    /// What it is.
    public var name: String
    /// Text of one or more lines.
    public var value: String

    /// A fact of this name.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A table below a heading.
  public struct Section: Sendable {
    /// The heading.
    public var title: String
    /// One sentence on what it shows.
    public var note: String
    /// The table.
    public var table: Table

    /// A table of this name.
    public init(_ title: String, _ note: String, _ table: Table) { (self.title, self.note, self.table) = (title, note, table) }
  }

  /// Heading of the page.
  public var title: String
  /// Name of the case study.
  public var caseStudy: String
  /// The publications the case study follows.
  public var references: [String]
  /// How each claim came out.
  public var verdicts: [Verdict]
  /// One row for each model.
  public var results: Table
  /// Further tables, each below a heading.
  public var tables: [Section]
  /// What the columns of the table mean, and what a comparison with the published numbers rests on.
  public var notes: [String]
  /// In their order on the page.
  public var figures: [Figure]
  /// The sweeps, with their hashes.
  public var inputs: Table
  /// The resolved configurations, as YAML, by what they were used for.
  public var configurations: [Fact]
  /// How the report was made.
  public var provenance: [Fact]

  /// A page, without figures and claims unless they are given.
  public init(
    title: String, caseStudy: String, references: [String] = [], verdicts: [Verdict] = [], results: Table,
    tables: [Section] = [], notes: [String] = [], figures: [Figure] = [], inputs: Table, configurations: [Fact] = [],
    provenance: [Fact] = []
  ) {
    self.title = title
    self.caseStudy = caseStudy
    self.references = references
    self.verdicts = verdicts
    self.results = results
    self.tables = tables
    self.notes = notes
    self.figures = figures.withNamesOfTheirOwn
    self.inputs = inputs
    self.configurations = configurations
    self.provenance = provenance
  }

  /// How many claims hold, in a line: `3 of 4 claims hold, 1 not measured`.
  public var verdictSummary: String {
    guard !verdicts.isEmpty else { return "no claims" }
    let missing = verdicts.count { $0.outcome == .notMeasured }
    return "\(verdicts.count(where: \.holds)) of \(verdicts.count) claims hold" + (missing > 0 ? ", \(missing) not measured" : "")
  }

  /// The page as HTML; pictures are linked from the folder `figures` beside it.
  public func html() throws -> String {
    do {
      var library = MustacheLibrary()
      library.register(try MustacheTemplate(string: ReportTemplate.page), named: "page")
      library.register(try MustacheTemplate(string: ReportTemplate.table), named: "table")
      guard let html = library.render(context, withTemplate: "page") else {
        throw Failure(.bug, "the template of the report is not there")
      }
      return html
    } catch let error as MustacheTemplate.ParserError {
      throw Failure(.bug, "the template of the report is wrong: \(error)")
    }
  }

  private var context: [String: Any] {
    [
      "title": title, "caseStudy": caseStudy, "references": references, "notes": notes,
      "tables": tables.map { ["title": $0.title, "note": $0.note, "table": $0.table.context] },
      "hasVerdicts": !verdicts.isEmpty, "results": results.context, "inputs": inputs.context,
      "hasFigures": !figures.isEmpty, "configurations": configurations.map { ["name": $0.name, "value": $0.value] },
      "verdictSummary": verdictSummary,
      "verdicts": verdicts.map {
        [
          "name": $0.band.name, "measured": $0.measured, "expected": $0.expected, "found": $0.found,
          "verdict": $0.outcome.rawValue, "class": $0.outcome == .notMeasured ? "note" : $0.outcome.rawValue,
        ]
      },
      "figures": figures.map { ["name": $0.name, "title": $0.title, "caption": $0.caption] },
      "provenance": provenance.map { ["name": $0.name, "value": $0.value] },
    ]
  }
}

extension Table {
  fileprivate var context: [String: Any] {
    let classes = columns.indices.map { isNumeric($0) ? "number" : "text" }
    return [
      "columns": zip(columns, classes).map { ["heading": $0.heading, "class": $1] },
      "rows": rows.map { row in
        ["cells": zip(row, classes).map { ["text": Self.shown($0), "class": $1] }]
      },
    ]
  }
}

extension [Figure] {
  /// The same figures, each in files of its own: of names that differ in signs which file names cannot have, or in the case of
  /// letters, the later ones get a number.
  var withNamesOfTheirOwn: [Figure] {
    var taken: Set<String> = []
    return map { figure in
      var figure = figure
      let stem = figure.name
      var number = 2
      while !taken.insert(figure.name.lowercased()).inserted {
        figure.name = "\(stem)-\(number)"
        number += 1
      }
      return figure
    }
  }
}
