import Records
import Support

/// The row of one model in the table of results.
///
///     let rows = ResultRow.all(models, split: .test, iteration: 8)
///     print(ResultRow.table(rows, split: .test).markdown)
public struct ResultRow: Sendable {
  /// Mean error and its unbiased standard deviation over the samples of all seeds that did not fail.
  public struct ErrorAt: Equatable, Sendable {
    /// The iteration t.
    public var iteration: Int
    /// NaN where every sample failed.
    public var mean: Double
    /// NaN for fewer than two samples.
    public var deviation: Double
  }

  /// Local Lipschitz constants at an iteration, of the samples of all seeds that they were measured for and that did not fail.
  public struct LocalConstant: Equatable, Sendable {
    /// The iteration t.
    public var iteration: Int
    /// The largest; infinite where one is beyond all numbers.
    public var largest: Double
    /// How many were measured.
    public var count: Int
    /// How many of them are lower bounds, because their power iteration did not converge.
    public var lowerBounds: Int
  }

  /// The model's name, with the solver where it was swept with several.
  public let label: String
  /// The part of the dataset that the model is about; nil for all of it.
  public let subject: String?
  /// Name of the architecture.
  public let architecture: String
  /// Whether it is an implicit model.
  public let isIterative: Bool
  /// Number of trained parameters.
  public let parameters: Int
  /// The seeds it was trained with.
  public let seeds: [UInt64]
  /// Samples of the main split, of all seeds.
  public let samples: Int
  /// The most iterations of a step of the training; nil for explicit networks and models that are not trained.
  public let trainedIterations: Int?
  /// Operations per sample to reach the iteration of `error`.
  public let flops: Double
  /// Wall time per sample, in s, to reach the iteration of `error`: the median over the seeds.
  public let seconds: Double
  /// Samples of the main split that failed.
  public let failures: SampleFailures
  /// Samples of the training split that failed; nil without sweeps on it.
  public let trainFailures: SampleFailures?
  /// Error on the training split at the iteration of `error`; nil without sweeps on it.
  public let trainError: ErrorAt?
  /// Share of the samples whose relative residual is below `LimitPeriod.tolerance` at that iteration; nil where it was not
  /// recorded.
  public let convergedShare: Double?
  /// Largest Lipschitz ratio at that iteration, over all samples, seeds and kinds of perturbation; nil if none was measured.
  public let lipschitzRatio: Double?
  /// Local Lipschitz constants at the last iteration they were measured at that is not beyond that of `error`, or else at the
  /// first; nil if none were measured.
  public let localLipschitz: LocalConstant?
  /// Error after one iteration, or at the first recorded one.
  public let firstError: ErrorAt
  /// Error at the iteration the table is about.
  public let error: ErrorAt
  /// The smallest mean error over the iterations.
  public let bestError: ErrorAt
  /// The published error on the training split; nil where none is known.
  public let publishedTrainError: Double?
  /// The published error on the main split; nil where none is known.
  public let publishedTestError: Double?

  /// - Parameters:
  ///   - test: the sweeps of one model on the main split.
  ///   - train: its sweeps on the training split, if there are any.
  ///   - iteration: the row is about the last recorded iteration that is not beyond it; nil for the last of all.
  init(test: ModelSweeps, train: ModelSweeps?, iteration: Int?, published: [PublishedResult]) {
    let index = Self.index(of: iteration, in: test)
    func statistic(_ metric: Metric) -> Double { test.statistics(metric)?[index].median ?? .nan }
    label = test.label
    subject = test.subject
    architecture = test.first.architecture
    isIterative = test.isIterative
    parameters = test.first.parameterCount
    seeds = test.runs.map(\.seed)
    samples = test.runs.reduce(0) { $0 + $1.error.samples }
    trainedIterations = test.first.trainedIterations
    flops = statistic(.flops)
    seconds = statistic(.seconds)
    convergedShare = test.statistics(.converged)?[index].mean
    lipschitzRatio = test.perturbations.compactMap { test.statistics(.lipschitzRatio, perturbation: $0)?[index].maximum }
      .filter(\.isFinite).max()
    localLipschitz = Self.localConstant(of: test, at: test.iterations[index])
    failures = test.failures
    trainFailures = train?.failures
    firstError = Self.error(of: test, at: test.iterations.firstIndex(of: 1) ?? 0)
    error = Self.error(of: test, at: index)
    bestError = Self.error(of: test, at: test.bestIndex)
    trainError = train.map { Self.error(of: $0, at: Self.index(of: iteration, in: $0)) }
    let results = published.filter { $0.model == test.model }
    publishedTrainError = results.first { $0.split == .train }?.error
    publishedTestError = results.first { $0.split == test.split }?.error
  }

  static func index(of iteration: Int?, in sweeps: ModelSweeps) -> Int {
    let last = sweeps.iterations.count - 1
    guard let iteration, sweeps.isIterative else { return last }
    return sweeps.iterations.lastIndex { $0 <= iteration } ?? 0
  }

  private static func error(of sweeps: ModelSweeps, at index: Int) -> ErrorAt {
    let statistics = sweeps.statistics(.error)?[index]
    return ErrorAt(
      iteration: sweeps.iterations[index], mean: statistics?.mean ?? .nan, deviation: statistics?.deviation ?? .nan)
  }

  private static func localConstant(of sweeps: ModelSweeps, at iteration: Int) -> LocalConstant? {
    guard let curves = sweeps.curves(of: .localLipschitz), !curves.iterations.isEmpty else { return nil }
    let index = curves.iterations.lastIndex { $0 <= iteration } ?? 0
    let statistics = curves.statistics()[index]
    return LocalConstant(
      iteration: curves.iterations[index], largest: statistics.infinite > 0 ? .infinity : statistics.maximum,
      count: statistics.count + statistics.infinite, lowerBounds: curves.lowerBounds()[index])
  }

  /// The summaries of all models that have sweeps on the main split.
  ///
  /// - Parameter models: of all splits.
  public static func all(
    _ models: [ModelSweeps], split: Split, iteration: Int? = nil, published: [PublishedResult] = []
  ) -> [ResultRow] {
    let train = Dictionary(models.filter { $0.split == .train }.map { ($0.label, $0) }) { first, _ in first }
    return models.filter { $0.split == split }.map {
      ResultRow(
        test: $0, train: split == .train ? nil : train[$0.label], iteration: iteration, published: published)
    }
  }

  /// The table of results; columns without any value are left out.
  public static func table(_ summaries: [ResultRow], split: Split) -> Table {
    typealias Entry = (column: Table.Column, cell: (ResultRow) -> Table.Cell)
    func measurement(_ heading: String, _ value: @escaping (ResultRow) -> ErrorAt?) -> Entry {
      (
        Table.Column(heading, hasDeviation: true),
        { value($0).map { .measurement(mean: $0.mean, deviation: $0.deviation) } ?? .empty }
      )
    }
    func number(_ heading: String, _ value: @escaping (ResultRow) -> Double?) -> Entry {
      (Table.Column(heading), { value($0).map { .number($0) } ?? .empty })
    }
    func integer(_ heading: String, _ value: @escaping (ResultRow) -> Int?) -> Entry {
      (Table.Column(heading), { value($0).map { .integer($0) } ?? .empty })
    }
    func failed(_ heading: String, _ value: @escaping (ResultRow) -> SampleFailures?) -> Entry {
      let isAny = summaries.contains { (value($0)?.count ?? 0) > 0 }
      return integer(heading) { isAny ? value($0)?.count : nil }
    }
    let firsts = Set(summaries.filter(\.isIterative).map { "\($0.firstError.iteration)" })
    let first = firsts.count == 1 ? "iteration \(firsts.joined())" : "the first iteration"
    let entries: [Entry] = [
      (Table.Column("subject"), { $0.subject.map { .text($0) } ?? .empty }),
      (Table.Column("model"), { .text($0.label) }), (Table.Column("architecture"), { .text($0.architecture) }),
      integer("parameters") { $0.parameters }, integer("seeds") { $0.seeds.count }, integer("samples") { $0.samples },
      integer("iterations in training") { $0.trainedIterations },
      integer("iteration t") { $0.isIterative ? $0.error.iteration : nil }, number("FLOPs per sample") { $0.flops },
      number("seconds per sample") { $0.seconds }, failed("failed samples") { $0.failures },
      failed("failed train samples") { $0.trainFailures }, measurement("train error at t") { $0.trainError },
      measurement("\(split.rawValue) error at \(first)") { $0.isIterative ? $0.firstError : nil },
      measurement("\(split.rawValue) error at t") { $0.error },
      number("share converged at t") { $0.convergedShare },
      number("largest Lipschitz ratio at t") { $0.lipschitzRatio },
      number("largest local Lipschitz constant") { $0.localLipschitz?.largest },
      integer("measured at iteration") { $0.isIterative ? $0.localLipschitz?.iteration : nil },
      measurement("smallest \(split.rawValue) error") { $0.isIterative ? $0.bestError : nil },
      integer("reached at") { $0.isIterative ? $0.bestError.iteration : nil },
      number("published train error") { $0.publishedTrainError },
      number("published \(split.rawValue) error") { $0.publishedTestError },
    ]
    let shown = entries.filter { entry in summaries.contains { entry.cell($0) != .empty } }
    return Table(columns: shown.map(\.column), rows: summaries.map { summary in shown.map { $0.cell(summary) } })
  }
}
