import Support

/// The result of the aggregate stage for programs, as JSON.
public struct ResultDocument: Codable, Equatable, Sendable {
  public struct Model: Codable, Equatable, Sendable {
    public var model: String
    public var architecture: String
    public var parameters: Int
    public var seeds: [UInt64]
    /// The iteration that the errors and costs are about.
    public var iteration: Int
    /// Numbers that are not finite are null; so are those that were not measured.
    public var trainError: Double?
    public var error: Double?
    public var errorDeviation: Double?
    public var firstError: Double?
    public var bestError: Double?
    public var bestIteration: Int
    public var flops: Double?
    public var seconds: Double?
    public var publishedError: Double?
  }

  public struct Band: Codable, Equatable, Sendable {
    public var name: String
    public var measured: String
    public var expected: String
    public var found: String
    public var holds: Bool
  }

  /// Path of the page.
  public var report: String
  public var split: String
  public var models: [Model]
  public var bands: [Band]

  public init(_ aggregation: Aggregation, _ folder: ReportFolder) {
    func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
    report = folder.page.path
    split = aggregation.split.rawValue
    models = aggregation.summaries.map {
      Model(
        model: $0.label, architecture: $0.architecture, parameters: $0.parameters, seeds: $0.seeds,
        iteration: $0.error.iteration, trainError: finite($0.trainError?.mean), error: finite($0.error.mean),
        errorDeviation: finite($0.error.deviation), firstError: finite($0.firstError.mean),
        bestError: finite($0.bestError.mean), bestIteration: $0.bestError.iteration, flops: finite($0.flops),
        seconds: finite($0.seconds), publishedError: $0.publishedTestError)
    }
    bands = aggregation.verdicts.map {
      Band(name: $0.band.name, measured: $0.measured, expected: $0.expected, found: $0.found, holds: $0.holds)
    }
  }

  /// JSON with sorted keys.
  public func text() throws -> String {
    try jsonText(self)
  }
}
