import Foundation

/// The gnuplot script and the data file of a figure. Both stay beside the picture: `gnuplot NAME.gp` in their folder
/// draws it again.
struct GnuplotScript {
  let figure: Figure

  /// Colours of Okabe and Ito, told apart with any form of colour blindness, in an order that keeps neighbours far apart.
  static let palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]
  /// Marker shapes in the same order, so that colour is never the only difference.
  private static let markers = [7, 5, 9, 11, 13, 6, 4]

  /// Columns x, y, low, high; one block for each series, two blank lines apart, as gnuplot's `index` counts them.
  var data: String {
    if !figure.cells.isEmpty { return cellData }
    if !figure.panels.isEmpty { return PanelScript(figure: figure).data }
    return figure.series.map { series in
      let rows = series.points.map { point in
        [point.x, point.y, point.low ?? .nan, point.high ?? .nan]
          .map { $0.isNaN ? "NaN" : "\($0)" }.joined(separator: " ")
      }
      return (["# \(series.label.onOneLine)", "# x y low high"] + (rows.isEmpty ? ["NaN NaN NaN NaN"] : rows))
        .joined(separator: "\n")
    }.joined(separator: "\n\n\n") + "\n"
  }

  var script: String {
    if !figure.panels.isEmpty { return PanelScript(figure: figure).script }
    var lines = ["reset session", "set encoding utf8"]
    lines += figure.cells.isEmpty ? axes + references : cellAxes
    lines += [
      "set terminal svg size 800,500 dynamic noenhanced font 'DejaVu Sans,Helvetica,sans-serif,14' background 'white'",
      "set output \(figure.quotedFile("svg"))", command,
      "set terminal pngcairo size 1600,1000 noenhanced font 'DejaVu Sans,14' fontscale 2 linewidth 2 pointscale 2",
      "set output \(figure.quotedFile("png"))", command,
      "unset output",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private var command: String { figure.cells.isEmpty ? plot : cellPlot }

  private var axes: [String] {
    [
      "set title \(figure.title.quotedForGnuplot)", "set xlabel \(figure.x.label.quotedForGnuplot)",
      "set ylabel \(figure.y.label.quotedForGnuplot)",
      // Two spines, a pale grid on the value axis, the key beside the plot: nothing covers the data.
      "set border 3 linecolor '#555555'", "set tics nomirror out textcolor '#333333'",
      "set grid ytics linetype 1 linecolor '#e5e5e5' linewidth 1",
      "set key outside right top vertical Left reverse samplen 2",
    ] + range("x", figure.x, figure.drawnX, padding: 0.02) + range("y", figure.y, figure.drawnY, padding: 0.05)
  }

  /// The range of an axis: a little wider than the data; a linear one starts at zero when the data come close to it.
  private func range(_ name: String, _ axis: Figure.Axis, _ values: [Double], padding: Double) -> [String] {
    guard let low = values.min(), let high = values.max() else { return [] }
    let decades = axis.isLogarithmic ? log10(high) - log10(low) : 0
    guard decades >= log10(2) else {
      let margin = high > low ? padding * (high - low) : max(abs(high), 1) * padding
      let start = low >= 0 && low < 0.5 * high && name == "y" ? 0 : low - margin
      return ["set \(name)range [\(start):\(high + margin)]"]
    }
    // Ticks at powers of ten, or at 1, 2 and 5 times these where the powers alone are too few.
    let multiples = decades > 2.5 ? [1.0] : [1, 2, 5]
    let powers = stride(from: Int(floor(log10(low))), through: Int(ceil(log10(high))), by: max(1, Int(decades / 8)))
    let positions: [Double] = powers.flatMap { power in multiples.map { $0 * pow(10, Double(power)) } }
    let ticks = positions.filter { $0 > 0 && $0.isFinite }.map { String(format: "%g", $0) }
    let margin = pow(10, decades * padding)
    let bounds = [max(low / margin, 1e-307), min(high * margin, 1e307)]
    return [
      "set logscale \(name)", "set format \(name) '%g'", "set \(name)range [\(bounds[0]):\(bounds[1])]",
      "set \(name)tics (\(ticks.joined(separator: ", ")))",
    ]
  }

  private var references: [String] {
    figure.marks.filter { figure.x.shows($0.x) }.flatMap { mark in
      [
        "set arrow from first \(mark.x), graph 0 to first \(mark.x), graph 1 nohead linecolor '#999999' dashtype 3",
        "set label \(mark.label.quotedForGnuplot) at first \(mark.x), graph 1.03 center textcolor '#666666'",
      ]
    }
  }

  /// The plot command: the spreads first, so that no shading covers a line.
  private var plot: String {
    let source = figure.quotedFile("dat")
    var parts: [String] = []
    // A logarithmic axis has no 0: a line leaves such a point out, an area would begin at the edge of the figure.
    let position = figure.x.isLogarithmic ? "($1 > 0 ? $1 : NaN)" : "1"
    for (index, series) in figure.series.enumerated() where series.points.contains(where: { $0.low != nil }) {
      parts.append(
        "\(source) index \(index) using \(position):3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor '\(color(series.color))' notitle"
      )
    }
    for (index, series) in figure.series.enumerated() {
      parts.append(
        "\(source) index \(index) using 1:2 with \(style(series)) linecolor '\(color(series.color))' \(title(series.label))"
      )
    }
    for level in figure.levels where figure.y.shows(level.y) {
      parts.append(
        "\(level.y) with lines linewidth 1.5 dashtype 2 linecolor '\(color(level.color))' \(title(level.label))")
    }
    return "plot " + parts.joined(separator: ", \\\n  ")
  }

  private func style(_ series: Figure.Series) -> String {
    let marker = Self.markers[series.color % Self.markers.count]
    return switch series.shape {
    case .line: "lines linewidth 2"
    case .dashedLine: "lines linewidth 1.5 dashtype 2"
    case .lineWithMarkers: "linespoints linewidth 2 pointtype \(marker) pointsize 0.6"
    case .markers: "points pointtype \(marker) pointsize 1.2"
    }
  }

  private func color(_ index: Int) -> String { Self.palette[index % Self.palette.count] }

  private func title(_ label: String) -> String { label.isEmpty ? "notitle" : "title \(label.quotedForGnuplot)" }
}
