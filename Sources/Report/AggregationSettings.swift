import Configuration

/// The section `aggregate` of a pipeline file.
public struct AggregationSettings: Sendable {
  /// The iteration the table of results is about; nil for the last recorded one.
  public var iteration: Int?
  /// Relative residuals at which samples are stopped, for the table of what that costs.
  public var tolerances: [Double]
  /// Whether the setting is that of the publication, so that its numbers stand beside those measured here.
  public var comparesWithPublished: Bool
  /// Checked one by one; a violated one ends the aggregate stage with exit code 77.
  public var bands: [ExpectedBand]

  /// A tenth, a hundredth, a thousandth.
  public static let defaultTolerances = [1e-1, 1e-2, 1e-3]

  /// Without arguments: the last iteration, nothing published, no claims.
  public init(
    iteration: Int? = nil, tolerances: [Double] = AggregationSettings.defaultTolerances, comparesWithPublished: Bool = false,
    bands: [ExpectedBand] = []
  ) {
    self.iteration = iteration
    self.tolerances = tolerances
    self.comparesWithPublished = comparesWithPublished
    self.bands = bands
  }

  /// - Throws: `Failure` (usage) for keys or values that are none, with their place in the file.
  public init(_ section: ConfigurationSection) throws {
    iteration = try section.optionalInteger(
      "iteration", in: 0..., "recorded iteration the table of results is about; the last one without it")
    tolerances = try section.numbers(
      "tolerances", default: Self.defaultTolerances, in: .above(0, through: 1), count: 0...,
      "relative residuals at which samples are stopped, for the table of evaluations and errors that this comes to")
    comparesWithPublished = try section.boolean(
      "compare_with_published", default: false,
      "whether this setting is that of the publication, so that its numbers stand beside those measured here")
    bands = try section.sections("expect", count: 0..., "expected bands; one outside ends with exit code 77").map {
      try ExpectedBand($0)
    }
    try section.finish()
  }
}
