import Configuration

/// The section `aggregate` of a pipeline file.
public struct AggregationSettings: Sendable {
  /// The iteration the table of results is about; nil for the last recorded one.
  public var iteration: Int?
  /// Whether the setting is that of the publication, so that its numbers stand beside those measured here.
  public var comparesWithPublished: Bool
  public var bands: [ExpectedBand]

  public init(iteration: Int? = nil, comparesWithPublished: Bool = false, bands: [ExpectedBand] = []) {
    self.iteration = iteration
    self.comparesWithPublished = comparesWithPublished
    self.bands = bands
  }

  public init(_ section: ConfigurationSection) throws {
    iteration = try section.optionalInteger(
      "iteration", in: 0..., "recorded iteration the table of results is about; the last one without it")
    comparesWithPublished = try section.boolean(
      "compare_with_published", default: false,
      "whether this setting is that of the publication, so that its numbers stand beside those measured here")
    bands = try section.sections("expect", count: 0..., "expected bands; one outside ends with exit code 77").map {
      try ExpectedBand($0)
    }
    try section.finish()
  }
}
