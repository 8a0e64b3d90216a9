/// Heat maps.
extension GnuplotScript {
  /// Columns x, y, value, label.
  var cellData: String {
    (["# x y value label"]
      + figure.cells.map { "\($0.x) \($0.y) \($0.value.isNaN ? "NaN" : "\($0.value)") \($0.label.quotedForGnuplot)" })
      .joined(separator: "\n") + "\n"
  }

  var cellAxes: [String] {
    func range(_ values: [Int]) -> String { "[\(Double(values.min() ?? 0) - 0.5):\(Double(values.max() ?? 0) + 0.5)]" }
    func tics(_ values: [Int], _ names: [String]) -> String {
      guard names.isEmpty else {
        return "(\(names.enumerated().map { "\($1.quotedForGnuplot) \($0)" }.joined(separator: ", ")))"
      }
      return "\(max(1, ((values.max() ?? 0) - (values.min() ?? 0)) / 16))"
    }
    let (xs, ys) = (figure.cells.map(\.x), figure.cells.map(\.y))
    return [
      "set title \(figure.title.quotedForGnuplot)", "set xlabel \(figure.x.label.quotedForGnuplot)",
      "set ylabel \(figure.y.label.quotedForGnuplot)",
      "set cblabel \(figure.cellLabel.quotedForGnuplot)",
      "set cbrange [\(figure.cellRange.lowerBound):\(figure.cellRange.upperBound)]",
      "set border 3 linecolor '#555555'", "set xtics nomirror out \(tics(xs, figure.cellNames.columns)) textcolor '#333333'",
      "set ytics nomirror out \(tics(ys, figure.cellNames.rows)) textcolor '#333333'",
      "set xrange \(range(xs))", "set yrange \(range(ys))", "unset key",
      // Viridis: even steps of lightness, also in grey and with any form of colour blindness.
      "set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725')",
    ]
  }

  /// Labels are white on the dark half of the palette. Pixels, not an image: the SVG stays one file.
  var cellPlot: String {
    let source = figure.quotedFile("dat")
    var parts = ["\(source) using 1:2:3 with image pixels"]
    if figure.cells.contains(where: { !$0.label.isEmpty }) {
      let range = figure.cellRange
      let bright = range.lowerBound + 0.6 * (range.upperBound - range.lowerBound)
      for (condition, color) in [("<", "#ffffff"), (">=", "#000000")] {
        parts.append(
          "\(source) using 1:2:($3 \(condition) \(bright) ? stringcolumn(4) : '') with labels textcolor rgb '\(color)'")
      }
    }
    return "plot " + parts.joined(separator: ", \\\n  ")
  }
}
