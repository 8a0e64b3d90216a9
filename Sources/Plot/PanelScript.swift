/// The gnuplot script and the data file of a figure of fields.
struct PanelScript {
  let figure: Figure

  /// One matrix for each panel, row by row of the figure, two blank lines apart.
  var data: String {
    figure.panels.joined().map { panel in
      (["# \(panel.title.onOneLine)"] + (panel.colours.isEmpty ? matrix(panel.values) : pixels(panel.colours)))
        .joined(separator: "\n")
    }.joined(separator: "\n\n\n") + "\n"
  }

  private func matrix(_ values: [[Double]]) -> [String] {
    values.map { $0.map { $0.isFinite ? "\(Float($0))" : "NaN" }.joined(separator: " ") }
  }

  /// A line for each pixel: column, row, and red, green and blue from 0 to 255.
  private func pixels(_ colours: [[[Double]]]) -> [String] {
    colours[0].indices.flatMap { row in
      colours[0][row].indices.map { column in
        let values = colours.map { $0[row][column] }.map { $0.isFinite ? Int((255 * min(1, max(0, $0))).rounded()) : 255 }
        return ([column, row] + values).map(String.init).joined(separator: " ")
      }
    }
  }

  var script: String {
    let (rows, columns) = (figure.panels.count, figure.panels.map(\.count).max() ?? 1)
    let lines =
      [
        "reset session", "set encoding utf8", "unset key", "unset tics", "unset colorbox", "set border 31 linecolor '#999999'",
        // Blue, white, red: told apart with any form of colour blindness.
        "set palette defined (-1 '#0072b2', -0.5 '#8fbfe0', 0 '#ffffff', 0.5 '#f0b088', 1 '#b03000')",
        "set terminal svg size \(150 * columns),\(170 * rows + 40) dynamic noenhanced "
          + "font 'DejaVu Sans,Helvetica,sans-serif,11' background 'white'",
        "set output \(figure.quotedFile("svg"))",
      ] + panels(rows, columns) + [
        "set terminal pngcairo size \(300 * columns),\(340 * rows + 80) noenhanced font 'DejaVu Sans,11' fontscale 2",
        "set output \(figure.quotedFile("png"))",
      ] + panels(rows, columns) + ["unset output"]
    return lines.joined(separator: "\n") + "\n"
  }

  private func panels(_ rows: Int, _ columns: Int) -> [String] {
    // The same room in points for gaps and titles, however many panels there are.
    let (width, height) = (Double(150 * columns), Double(170 * rows + 40))
    let margins = [8 / width, 1 - 8 / width, 6 / height, 1 - 62 / height].map { "\($0)" }.joined(separator: ",")
    var lines = [
      "set multiplot layout \(rows),\(columns) title \(figure.title.quotedForGnuplot) margins \(margins) "
        + "spacing \(12 / width),\(28 / height)"
    ]
    var index = 0
    for row in figure.panels {
      for panel in row {
        let (height, width) = (panel.values.count, panel.values.first?.count ?? 1)
        lines += [
          "set title \(panel.title.quotedForGnuplot) offset 0,-0.8", "set size ratio \(Double(height) / Double(max(width, 1)))",
          "set xrange [-0.5:\(Double(width) - 0.5)]", "set yrange [\(Double(height) - 0.5):-0.5]",
          "set cbrange [\(-panel.limit):\(panel.limit)]",
          "plot \(figure.quotedFile("dat")) index \(index) \(panel.colours.isEmpty ? "matrix with image" : "using 1:2:3:4:5 with rgbimage")",
        ]
        index += 1
      }
      for _ in row.count..<columns { lines.append("set multiplot next") }
    }
    return lines + ["unset multiplot"]
  }
}
