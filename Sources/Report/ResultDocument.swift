import Support

/// The result of the aggregate stage for programs, as JSON.
///
///     print(try ResultDocument(aggregation, folder).text())
public struct ResultDocument: Codable, Equatable, Sendable {
  /// One row of the table of results. Numbers that are not finite are null; so are those that were not measured.
  public struct Model: Codable, Equatable, Sendable {
    /// Name of the model, with the solver where it was swept with several.
    public var model: String
    /// Name of the architecture.
    public var architecture: String
    /// Number of trained parameters.
    public var parameters: Int
    /// The seeds the model was trained with.
    public var seeds: [UInt64]
    /// Samples of all seeds on the split.
    public var samples: Int
    /// Samples of the split that failed, in no other number here.
    public var failedSamples: Int
    /// Of the training split; nil without a sweep on it.
    public var failedTrainSamples: Int?
    /// The iteration that the errors and costs are about.
    public var iteration: Int
    /// Mean error on the training split.
    public var trainError: Double?
    /// Mean error over the samples.
    public var error: Double?
    /// Its unbiased standard deviation.
    public var errorDeviation: Double?
    /// Mean error after one iteration.
    public var firstError: Double?
    /// The smallest mean error over the iterations.
    public var bestError: Double?
    /// Where it was reached.
    public var bestIteration: Int
    /// Share of the samples whose relative residual is below 1e-3.
    public var convergedShare: Double?
    /// The largest Lipschitz ratio.
    public var lipschitzRatio: Double?
    /// The largest local Lipschitz constant.
    public var localLipschitz: Double?
    /// Its iteration.
    public var localLipschitzIteration: Int?
    /// How many of the constants at that iteration are lower bounds.
    public var localLipschitzLowerBounds: Int?
    /// Operations of one sample.
    public var flops: Double?
    /// Wall time of one sample, in s.
    public var seconds: Double?
    /// The published error on the split.
    public var publishedError: Double?
  }

  /// An expected band, in words.
  public struct Band: Codable, Equatable, Sendable {
    /// The claim.
    public var name: String
    /// What is compared.
    public var measured: String
    /// The limits.
    public var expected: String
    /// The numbers, with what is to be said of them.
    public var found: String
    /// Whether the claim holds.
    public var holds: Bool
    /// `holds`, `violated` or `not measured`.
    public var verdict: Verdict.Outcome
  }

  /// The name of the file in the folder of a report.
  public static let fileName = "results.json"

  /// Path of the page.
  public var report: String
  /// Name of the case study.
  public var caseStudy: String
  /// How many claims hold: `3 of 4 claims hold, 1 not measured`.
  public var verdict: String
  /// The split that the models' numbers are about.
  public var split: String
  /// In the order of the table.
  public var models: [Model]
  /// In the order of the pipeline file.
  public var bands: [Band]

  /// The numbers of a report that lies in this folder.
  public init(_ aggregation: Aggregation, _ folder: ReportFolder) {
    func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
    report = folder.page.path
    caseStudy = aggregation.page.caseStudy
    verdict = aggregation.page.verdictSummary
    split = aggregation.split.rawValue
    models = aggregation.summaries.map {
      Model(
        model: $0.label, architecture: $0.architecture, parameters: $0.parameters, seeds: $0.seeds,
        samples: $0.failures.samples, failedSamples: $0.failures.count, failedTrainSamples: $0.trainFailures?.count,
        iteration: $0.error.iteration, trainError: finite($0.trainError?.mean), error: finite($0.error.mean),
        errorDeviation: finite($0.error.deviation), firstError: finite($0.firstError.mean),
        bestError: finite($0.bestError.mean), bestIteration: $0.bestError.iteration,
        convergedShare: finite($0.convergedShare), lipschitzRatio: finite($0.lipschitzRatio),
        localLipschitz: finite($0.localLipschitz?.largest),
        localLipschitzIteration: $0.localLipschitz?.iteration, localLipschitzLowerBounds: $0.localLipschitz?.lowerBounds,
        flops: finite($0.flops),
        seconds: finite($0.seconds), publishedError: $0.publishedTestError)
    }
    bands = aggregation.verdicts.map {
      Band(
        name: $0.band.name, measured: $0.measured, expected: $0.expected, found: $0.found, holds: $0.holds,
        verdict: $0.outcome)
    }
  }

  /// JSON with sorted keys.
  public func text() throws -> String {
    try jsonText(self)
  }
}
