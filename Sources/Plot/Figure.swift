/// A line plot, a heat map, or rows of fields side by side: what is drawn, apart from how gnuplot draws it.
///
///     let figure = Figure(
///       name: "error-iteration", title: "Error", caption: "Mean over the samples.", x: .init("iterations t"),
///       y: .init("relative error", isLogarithmic: true),
///       series: [.init("implicit-8", points: [.init(x: 1, y: 0.6), .init(x: 8, y: 0.2)], shape: .lineWithMarkers, color: 0)])
///     try await Gnuplot().draw([figure], in: folder)  // error-iteration.svg, .png, .dat and .gp
public struct Figure: Sendable {
  /// An axis of a line plot.
  public struct Axis: Sendable {
    /// Name and unit, for example `wall time (s)`.
    public var label: String
    /// Then only numbers above 0 are shown.
    public var isLogarithmic: Bool

    /// A linear axis, unless it says otherwise.
    public init(_ label: String, isLogarithmic: Bool = false) {
      self.label = label
      self.isLogarithmic = isLogarithmic
    }
  }

  /// A point of a line. What is not finite is a gap.
  public struct Point: Equatable, Sendable {
    /// In units of the horizontal axis.
    public var x: Double
    /// In units of the vertical axis.
    public var y: Double
    /// The lower and upper edge of the shading around y; nil draws none.
    public var low: Double?
    /// As `low`.
    public var high: Double?

    /// A point, with shading where both edges are given.
    public init(x: Double, y: Double, low: Double? = nil, high: Double? = nil) {
      self.x = x
      self.y = y
      self.low = low
      self.high = high
    }
  }

  /// How the points of a series are drawn.
  public enum Shape: Sendable {
    /// Joined.
    case line
    /// Joined, thinner: a second quantity of the same thing.
    case dashedLine
    /// Joined measurements.
    case lineWithMarkers
    /// Single measurements, not joined.
    case markers
  }

  /// Points that belong together.
  public struct Series: Sendable {
    /// The name in the key; empty leaves it out.
    public var label: String
    /// In the order in which they are joined.
    public var points: [Point]
    /// How they are drawn.
    public var shape: Shape
    /// Series with the same number have the same colour.
    public var color: Int

    /// A series of this name.
    public init(_ label: String, points: [Point], shape: Shape = .line, color: Int) {
      self.label = label
      self.points = points
      self.shape = shape
      self.color = color
    }
  }

  /// A reference value across the whole width, for example the error of a network without iterations.
  public struct Level: Sendable {
    /// The name in the key.
    public var label: String
    /// In units of the vertical axis.
    public var y: Double
    /// As of a series.
    public var color: Int

    /// A level of this name.
    public init(_ label: String, y: Double, color: Int) {
      self.label = label
      self.y = y
      self.color = color
    }
  }

  /// A vertical line at a notable x, for example the number of iterations in training.
  public struct Mark: Sendable {
    /// Stands above the line.
    public var label: String
    /// In units of the horizontal axis.
    public var x: Double

    /// A line with this text.
    public init(_ label: String, x: Double) {
      self.label = label
      self.x = x
    }
  }

  /// One field of a heat map, around a whole-numbered x and y.
  public struct Cell: Equatable, Sendable {
    /// Column.
    public var x: Int
    /// Row, from the bottom.
    public var y: Int
    /// Within the range of the figure's cells.
    public var value: Double
    /// Stands in the field.
    public var label: String

    /// A field, empty unless it has a label.
    public init(x: Int, y: Int, value: Double, label: String = "") {
      self.x = x
      self.y = y
      self.value = value
      self.label = label
    }
  }

  /// A field on a rectangle of points, drawn in colours from blue (below zero) over white to red; or a picture.
  public struct Panel: Sendable {
    /// Stands above the panel.
    public var title: String
    /// `[rows][columns]`, from the top; NaN is left white.
    public var values: [[Double]]
    /// The colours end at plus and minus this.
    public var limit: Double
    /// Red, green and blue of a picture, each like `values`, in [0, 1]; empty for a field.
    public var colours: [[[Double]]] = []

    /// A picture of red, green and blue.
    public init(_ title: String, colours: [[[Double]]]) {
      self.init(title, values: colours[0], limit: 1)
      self.colours = colours
    }

    /// A field whose colours end at plus and minus `limit`.
    public init(_ title: String, values: [[Double]], limit: Double) {
      self.title = title
      self.values = values
      self.limit = limit
    }
  }

  /// The stem of the file names: letters, digits, `-` and `.`.
  public var name: String
  /// Stands above the figure.
  public var title: String
  /// What the lines and the shading are, in sentences for below the figure.
  public var caption: String
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// Lines and markers, the later ones on top.
  public var series: [Series]
  /// Horizontal lines.
  public var levels: [Level]
  /// Vertical lines.
  public var marks: [Mark]
  /// A heat map: then there are no series, levels or marks. All x with all y, in rows of y.
  public var cells: [Cell]
  /// What the values of the cells are.
  public var cellLabel: String
  /// The values at the ends of the colours.
  public var cellRange = 0.0...1.0
  /// Names of the columns 0, 1, ... and of the rows; empty for their numbers.
  public var cellNames: (columns: [String], rows: [String]) = ([], [])
  /// Rows of fields; a figure that has them has no lines.
  public var panels: [[Panel]] = []

  /// Rows of fields side by side.
  public init(name: String, title: String, caption: String, panels: [[Panel]]) {
    self.init(name: name, title: title, caption: caption, x: Axis(""), y: Axis(""), series: [])
    self.panels = panels
  }

  /// A line plot, or a heat map if it has cells.
  public init(
    name: String, title: String, caption: String, x: Axis, y: Axis, series: [Series] = [], levels: [Level] = [],
    marks: [Mark] = [], cells: [Cell] = [], cellLabel: String = ""
  ) {
    self.name = name
    self.title = title
    self.caption = caption
    self.x = x
    self.y = y
    self.series = series
    self.levels = levels
    self.marks = marks
    self.cells = cells
    self.cellLabel = cellLabel
  }

  /// A label as part of a name: letters, digits, `-` and `.` only, since it also goes into links and scripts.
  public static func fileName(_ label: String) -> String {
    let allowed = label.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
    return String(allowed).split(separator: "-").joined(separator: "-")
  }

  /// Whether there is nothing to draw: no point that both axes can show, no cell and no field.
  public var isEmpty: Bool { drawnPoints.isEmpty && cells.isEmpty && panels.isEmpty }

  /// The x of every point that is drawn.
  public var drawnX: [Double] { drawnPoints.map(\.x) }

  /// The y of every point that is drawn, of the levels, and of the edges of the shading.
  public var drawnY: [Double] {
    (drawnPoints.flatMap { [$0.y, $0.low, $0.high].compactMap { $0 } } + levels.map(\.y)).filter(y.shows)
  }

  private var drawnPoints: [Point] {
    series.flatMap(\.points).filter { x.shows($0.x) && y.shows($0.y) }
  }
}

extension Figure.Axis {
  /// Whether the axis can show a value.
  public func shows(_ value: Double) -> Bool { value.isFinite && (!isLogarithmic || value > 0) }
}
