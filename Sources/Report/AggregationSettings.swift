import Configuration

/// The section `aggregate` of a pipeline file.
public struct AggregationSettings: Sendable {
  /// The iteration the table of results is about; nil for the last recorded one.
  public var iteration: Int?
  /// Whether the setting is that of the publication, so that its numbers stand beside those measured here.
  public var comparesWithPublished: Bool
  /// Checked one by one; a violated one ends the aggregate stage with exit code 77.
  public var bands: [ExpectedBand]

  /// Without arguments: the last iteration, nothing published, no claims.
  public init(iteration: Int? = nil, comparesWithPublished: Bool = false, bands: [ExpectedBand] = []) {
    self.iteration = iteration
    self.comparesWithPublished = comparesWithPublished
    self.bands = bands
  }

  /// - Throws: `Failure` (usage) for keys or values that are none, with their place in the file.
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
