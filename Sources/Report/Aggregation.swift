import Foundation
import Plot
import Records
import Support

/// What the aggregate stage makes of sweeps: summaries, verdicts and a report.
///
///     let aggregation = try Aggregation(sweeps: sweeps, description: .init(title: "Linear programs"))
///     try await ReportFolder(URL(filePath: "report")).write(aggregation.page)
public struct Aggregation: Sendable {
  /// What the report says about where its numbers come from.
  public struct Description: Sendable {
    /// Heading of the report.
    public var title: String
    /// The publications the case study follows.
    public var references: [String]
    /// How the report was made.
    public var provenance: [ReportPage.Fact]

    /// A description.
    public init(
      title: String, references: [String] = [], provenance: [ReportPage.Fact] = []
    ) {
      self.title = title
      self.references = references
      self.provenance = provenance
    }
  }

  /// All sweeps, grouped.
  public let models: [ModelSweeps]
  /// The split that the table, the figures and the bands' default are about.
  public let split: Split
  /// The models that have sweeps on that split, one row each.
  public let summaries: [ResultRow]
  /// How the iterations of the implicit ones settle.
  public let settlings: [Settling]
  /// What random starts of them are worth, where there were some.
  public let breadths: [Breadth]
  /// How their errors fall and their Lipschitz ratios grow.
  public let scalings: [Scaling]
  /// How each expected band came out.
  public let verdicts: [Verdict]
  /// All that the report says.
  public let page: ReportPage

  /// The figures that only a case study has, and what is to be said about those that could not be drawn.
  public struct StudyFigures: Sendable {
    /// In the order of the report, before those that every case study has.
    public var figures: [Figure]
    /// Why figures are missing, in sentences.
    public var notes: [String]

    /// Figures and notes.
    public init(figures: [Figure] = [], notes: [String] = []) { (self.figures, self.notes) = (figures, notes) }
  }

  /// - Parameter studyFigures: makes the figures that only the case study has, of the sweeps of the main split.
  /// - Throws: `Failure` when there is nothing to report on, or when the sweeps cannot stand in one report. A claim about what was
  ///   not measured is no failure: its verdict says so.
  public init(
    sweeps: [SweepRecord], trainingCurves: [TrainingCurve] = [], settings: AggregationSettings = .init(),
    published: [PublishedResult] = [], description: Description,
    studyFigures: ([ModelSweeps]) throws -> StudyFigures = { _ in StudyFigures() }
  ) throws {
    guard let first = sweeps.first else {
      throw Failure(.usage, "there are no sweeps to report on", remedy: "name one or more sweep files")
    }
    for sweep in sweeps where sweep.iterations.isEmpty || sweep.error.iterations != sweep.iterations.count {
      throw Failure(
        .badData,
        "expected an error for each recorded iteration, found \(sweep.iterations.count) iterations and "
          + "\(sweep.error.iterations) columns of errors", at: sweep.source.path, remedy: "sweep this model again")
    }
    let models = try ModelSweeps.grouped(sweeps)
    let split = models.contains { $0.split == .test } ? .test : first.split
    let comparable = settings.comparesWithPublished ? published : []
    summaries = ResultRow.all(models, split: split, iteration: settings.iteration, published: comparable)
    verdicts = settings.bands.map { Verdict($0, in: models) }
    let main = models.filter { $0.split == split }
    // Models of different subjects have nothing in common that a figure could compare.
    let figures = Dictionary(grouping: main) { $0.subject ?? "" }.sorted {
      $0.key.compare($1.key, options: .numeric) == .orderedAscending
    }.flatMap { subject, models in
      let figures = SweepFigures(models: models, errorLabel: first.errorName)
      let curves = trainingCurves.filter { curve in figures.order.contains(curve.model) }
      return (figures.all + [Figure.training(curves, order: figures.order)].filter { !$0.isEmpty }).map {
        subject.isEmpty ? $0 : $0.about(subject)
      }
    }
    self.models = models
    self.split = split
    settlings = main.compactMap { Settling($0, tolerances: settings.tolerances, iteration: settings.iteration) }
    breadths = main.compactMap(Breadth.init)
    scalings = main.compactMap(Scaling.init)
    let own = try studyFigures(main)
    page = ReportPage(
      title: description.title, caseStudy: first.caseStudy, references: description.references, verdicts: verdicts,
      results: ResultRow.table(summaries, split: split),
      tables: Self.tables(settlings, breadths, scalings, main, iteration: settings.iteration),
      notes: Self.notes(models, first.errorName, comparable) + Self.iterationNotes(settings.iteration, summaries) + own.notes,
      figures: own.figures + figures + breadths.map(\.figure), inputs: Self.inputs(models),
      configurations: Self.configurations(models), provenance: description.provenance)
  }

  private static func tables(
    _ settlings: [Settling], _ breadths: [Breadth], _ scalings: [Scaling], _ models: [ModelSweeps], iteration: Int?
  ) -> [ReportPage.Section] {
    let sections = [
      ReportPage.Section(
        "Stopped by tolerance",
        "What it costs to stop each sample where ||G(y) − y|| / ||G(y)|| is small enough, and what is lost.",
        Settling.stopTable(settlings)),
      ReportPage.Section(
        "Does the residual know?",
        "The samples in four parts by their relative residual: whether a large one tells of a large error.",
        Settling.calibrationTable(settlings)),
      ReportPage.Section(
        "Contraction",
        "Geometric mean factor by which a step shrinks ‖G(y) − y‖ over the last half of the iterations before rounding counts: below 1 the "
          + "iteration comes to a fixed point.", Settling.contractionTable(settlings)),
      ReportPage.Section(
        "Depth and breadth",
        "Every sample from several random starts, and the answer of the lowest relative residual. Where the last states of all starts are "
          + "the same, to \(Table.significant(Breadth.uniqueness)) of their norm, the equilibrium is unique as far as the starts tell, and "
          + "breadth cannot pay.", Breadth.table(breadths)),
      ReportPage.Section(
        "How the error falls",
        "Mean error as limit + amplitude exp(−rate t), or limit + amplitude t^(−rate), with 95 % bootstrap intervals over the samples. A form "
          + "is wrong where a fit to the first two thirds of the points, on a logarithmic scale of t, misses the others by "
          + "\(Table.significant(100 * Scaling.ErrorFit.largestDeviation)) % or more.", Scaling.fitTable(scalings)),
      ReportPage.Section(
        "Lipschitz ratios",
        "Change of the output over change of the input at the iteration of the table of results, over the samples. Where mean and largest "
          + "value are far above the median, a few samples make them; the trimmed mean is without a twentieth of the samples at either end.",
        LipschitzTable.table(models, iteration: iteration)),
      ReportPage.Section(
        "How the map grows",
        "Lipschitz ratio as a power of t, until it comes to 95 % of its largest value, with 95 % bootstrap intervals: of the mean over the "
          + "samples, which a few of them may make, and of the median.",
        Scaling.growthTable(scalings)),
    ]
    return sections.filter { !$0.table.rows.isEmpty }
  }

  /// The failure that a violated band ends with; nil when all hold.
  public var violation: Failure? {
    let violated = verdicts.filter { $0.outcome == .violated }
    guard !violated.isEmpty else { return nil }
    let lines = violated.map { "\"\($0.band.name)\": \($0.measured): expected \($0.expected), found \($0.found)" }
    return Failure(
      .outsideBand,
      "\(violated.count) of \(verdicts.count) expected bands violated:\n  " + lines.joined(separator: "\n  "),
      remedy: "the report was written all the same; the bands are aggregate.expect of the pipeline file")
  }

  // MARK: parts of the page

  private static func notes(
    _ models: [ModelSweeps], _ errorLabel: String, _ published: [PublishedResult]
  ) -> [String] {
    var notes = [
      "Errors are \(errorLabel): mean ± standard deviation over the samples of all seeds. "
        + "FLOPs, seconds and errors are those at iteration t; explicit networks have no iterations."
    ]
    for model in models {
      let name = "\(model.label), \(model.split.rawValue)"
      if model.failures.count > 0 {
        notes.append("\(name): \(model.failures.text). They are in no mean, quantile or largest value, at no iteration.")
      }
      for kind in model.perturbations {
        let statistics = model.statistics(.lipschitzRatio, perturbation: kind) ?? []
        let (missing, infinite) = (statistics.map(\.missing).max() ?? 0, statistics.map(\.infinite).max() ?? 0)
        if missing > 0 { notes.append("\(name): \(missing) samples have no Lipschitz ratio for \(kind).") }
        if infinite > 0 {
          notes.append("\(name): \(infinite) samples have an infinite Lipschitz ratio for \(kind), which is left out.")
        }
      }
    }
    for (split, models) in Dictionary(grouping: models, by: \.split).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let datasets = Set(models.flatMap(\.runs).map { $0.datasetHash ?? "" })
      if datasets.count > 1 {
        notes.append(
          "The sweeps of the split \(split.rawValue) are of \(datasets.count) different datasets: their errors are of different samples."
        )
      }
    }
    notes += timeNotes(models)
    notes += equilibriumNotes(models)
    notes += localLipschitzNotes(models)
    let sources = Set(published.map(\.source)).sorted()
    if !sources.isEmpty { notes.append("Published numbers: \(sources.joined(separator: "; ")).") }
    return notes
  }

  /// Where the table cannot show the iteration that was asked for.
  private static func iterationNotes(_ wanted: Int?, _ rows: [ResultRow]) -> [String] {
    guard let wanted else { return [] }
    let others = rows.filter { $0.isIterative && $0.error.iteration != wanted }
    guard !others.isEmpty else { return [] }
    return [
      "The table is to show iteration \(wanted) (aggregate.iteration), which was not recorded of "
        + others.map { "\($0.label): it shows iteration \($0.error.iteration)" }.joined(separator: ", of ") + "."
    ]
  }

  /// Whether the times mean something.
  private static func timeNotes(_ models: [ModelSweeps]) -> [String] {
    let busy = models.filter { $0.runs.contains { ($0.costs.busyness ?? 1) > 1.2 } }.map(\.label)
    let how = "Seconds are wall time on one batch, the fastest of three passes"
    guard !busy.isEmpty else { return ["\(how)."] }
    return [
      "\(how). The machine was busy while these were measured, so that they took longer than their processor time by a fifth or more: "
        + Array(Set(busy)).sorted { $0.compare($1, options: .numeric) == .orderedAscending }.joined(separator: ", ") + "."
    ]
  }

  /// Whether the iterations came to fixed points, and if not, to what.
  private static func equilibriumNotes(_ models: [ModelSweeps]) -> [String] {
    models.compactMap { model in
      guard let curves = model.curves(of: .converged), let last = model.iterations.last else { return nil }
      let values = curves.values.column(curves.iterations.count - 1)
      let periods = model.runs.flatMap { $0.limitPeriods ?? Array(repeating: .none, count: $0.draws.count) }
      let alive = values.indices.filter { !curves.hasFailed[$0] }
      guard !alive.isEmpty else { return nil }
      let open = alive.filter { values[$0] == 0 }
      func percent(_ count: Int) -> String { "\(Table.significant(100 * Double(count) / Double(alive.count))) %" }
      let cycles = open.filter { periods[$0].isCycle }.count
      let creeping = open.filter { periods[$0].rawValue == 1 }.count
      let others = [
        (cycles, "repeat a cycle"), (creeping, "creep"), (open.count - cycles - creeping, "move on"),
      ].filter { $0.0 > 0 }.map { "\(percent($0.0)) \($0.1)" }
      return
        "\(model.label), \(model.split.rawValue): at iteration \(last) \(percent(alive.count - open.count)) of the samples have converged "
        + "(||G(y) − y|| < \(Table.significant(LimitPeriod.tolerance)) ||G(y)||)"
        + (others.isEmpty ? "." : "; \(others.joined(separator: ", ")).")
    }
  }

  private static func localLipschitzNotes(_ models: [ModelSweeps]) -> [String] {
    let measured = models.compactMap { model in model.curves(of: .localLipschitz).map { (model, $0) } }
    guard !measured.isEmpty else { return [] }
    let meaning =
      "Local Lipschitz constants are the largest singular values of d y_t / d x, of the first samples only, in the units that "
      + "the model sees."
    return [meaning]
      + measured.compactMap { model, curves in
        let bounds = curves.lowerBounds().reduce(0, +)
        guard bounds > 0 else { return nil }
        return
          "\(model.label), \(model.split.rawValue): \(bounds) of \(curves.values.values.count) local Lipschitz constants are "
          + "lower bounds, because their power iteration did not converge."
      }
  }

  private static func inputs(_ models: [ModelSweeps]) -> Table {
    Table(
      columns: ["model", "seed", "split", "solver", "samples", "iterations", "file", "SHA-256", "model", "dataset"].map {
        .init($0)
      },
      rows: models.flatMap(\.runs).map { run in
        [
          .text(run.model), .text("\(run.seed)"), .text(run.split.rawValue), .text(run.solver), .integer(run.error.samples),
          .text(Self.shown(run.iterations)), .text(run.source.path), .text(Self.short(run.source.contentHash)),
          .text(Self.short(run.modelHash ?? "")), .text(Self.short(run.datasetHash ?? "")),
        ]
      })
  }

  /// The first digits of a hash, enough to tell files apart.
  private static func short(_ hash: String) -> String { String(hash.prefix(12)) }

  /// The configurations of the sweeps, each once, with the models it was used for.
  private static func configurations(_ models: [ModelSweeps]) -> [ReportPage.Fact] {
    let runs = models.flatMap { model in model.runs.map { (model, $0.source.configuration) } }
    return Dictionary(grouping: runs, by: \.1).filter { !$0.key.isEmpty }.map { text, uses in
      let names = uses.map { "\($0.0.label) on \($0.0.split.rawValue)" }
      return ReportPage.Fact(
        names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map(\.1).joined(separator: ", "), text)
    }.sorted { $0.name < $1.name }
  }

  private static func shown(_ iterations: [Int]) -> String {
    guard let first = iterations.first, let last = iterations.last, first != last else {
      return iterations.first.map(String.init) ?? ""
    }
    return last - first + 1 == iterations.count
      ? "\(first) to \(last)" : iterations.map(String.init).joined(separator: ", ")
  }
}
