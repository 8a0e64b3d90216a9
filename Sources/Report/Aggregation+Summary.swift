import Records

extension Aggregation {
  /// Everything a report shows, as numbers: one row for each model, for each point of each curve, and for each band. Wall times,
  /// which no two runs have in common, have the role `measurement` and a table of their own.
  public var summary: SummaryRecord {
    SummaryRecord(
      caseStudy: page.caseStudy, title: page.title, references: page.references,
      tables: [
        modelTable, curveTable("curves", measurement: false) { $0 != .seconds }, bandTable,
        curveTable("times", measurement: true) { $0 == .seconds },
      ] + Settling.summaryTables(settlings) + Breadth.summaryTables(breadths) + Scaling.summaryTables(scalings))
  }

  private var modelTable: SummaryTable {
    func real(
      _ name: String, units: String = "1", measurement: Bool = false, _ meaning: String, _ value: (ResultRow) -> Double?
    ) -> SummaryTable.Column {
      .init(name, .real(summaries.map { value($0) ?? .nan }), units: units, measurement: measurement, meaning)
    }
    func integer(_ name: String, _ meaning: String, _ value: (ResultRow) -> Int) -> SummaryTable.Column {
      .init(name, .integer(summaries.map { Int64(value($0)) }), meaning)
    }
    return SummaryTable(
      name: "models",
      columns: [
        .init("model", .text(summaries.map(\.label)), "name of the model"),
        .init("subject", .text(summaries.map { $0.subject ?? "" }), "what the model is about; empty for the whole dataset"),
        .init("architecture", .text(summaries.map(\.architecture)), "name of the architecture"),
        integer("parameter_count", "number of trained parameters") { $0.parameters },
        integer("seeds", "number of seeds the model was trained with") { $0.seeds.count },
        integer("iteration", "the iteration the row is about") { $0.error.iteration },
        real("flops", "operations of one sample up to that iteration") { $0.flops },
        real("seconds", units: "s", measurement: true, "wall time of one sample up to that iteration") { $0.seconds },
        integer("samples", "samples of all seeds on the split \(split.rawValue)") { $0.failures.samples },
        integer("failed_samples", "those that diverged or met values that are not finite; in no statistic") {
          $0.failures.count
        },
        integer("failed_train_samples", "the same of the training split; 0 without a sweep on it") {
          $0.trainFailures?.count ?? 0
        },
        real("train_error_mean", "mean error on the training split at that iteration") { $0.trainError?.mean },
        real("train_error_std", "its unbiased standard deviation over the samples") { $0.trainError?.deviation },
        real("error_mean", "mean error on the split \(split.rawValue) at that iteration") { $0.error.mean },
        real("error_std", "its unbiased standard deviation over the samples") { $0.error.deviation },
        real("lipschitz_ratio_max", "largest Lipschitz ratio at that iteration") { $0.lipschitzRatio },
        integer("local_lipschitz_iteration", "iteration of the local Lipschitz constants; 0 where none were measured") {
          $0.localLipschitz?.iteration ?? 0
        },
        real("local_lipschitz_max", "largest of them, over the samples they were measured for") { $0.localLipschitz?.largest },
        integer("local_lipschitz_lower_bounds", "those of them whose power iteration did not converge") {
          $0.localLipschitz?.lowerBounds ?? 0
        },
        real("first_error_mean", "mean error after one iteration") { $0.firstError.mean },
        real("best_error_mean", "smallest mean error over the iterations") { $0.bestError.mean },
        integer("best_iteration", "where it was reached") { $0.bestError.iteration },
        real("published_train_error", "published error on the training split") { $0.publishedTrainError },
        real("published_error", "published error on the split \(split.rawValue)") { $0.publishedTestError },
      ])
  }

  private func curveTable(_ name: String, measurement: Bool, metrics: @escaping (Metric) -> Bool) -> SummaryTable {
    struct Row {
      var model: String
      var split: Split
      var metric, perturbation: String
      var iteration: Int
      var statistics: Statistics
      var lowerBounds: Int
    }
    let rows = models.flatMap { model in
      model.metrics.filter(metrics).flatMap { metric in
        (metric.isPerturbed ? model.perturbations : [""]).flatMap { kind -> [Row] in
          guard let curves = model.curves(of: metric, perturbation: kind) else { return [] }
          let (statistics, lowerBounds) = (curves.statistics(), curves.lowerBounds())
          return curves.iterations.indices.map {
            Row(
              model: model.label, split: model.split, metric: metric.name, perturbation: kind, iteration: curves.iterations[$0],
              statistics: statistics[$0], lowerBounds: lowerBounds[$0])
          }
        }
      }
    }
    func text(_ name: String, _ meaning: String, _ value: (Row) -> String) -> SummaryTable.Column {
      .init(name, .text(rows.map(value)), meaning)
    }
    func integer(_ name: String, _ meaning: String, _ value: (Row) -> Int) -> SummaryTable.Column {
      .init(name, .integer(rows.map { Int64(value($0)) }), meaning)
    }
    func real(_ name: String, _ meaning: String, _ value: (Row) -> Double) -> SummaryTable.Column {
      .init(name, .real(rows.map(value)), measurement: measurement, meaning)
    }
    return SummaryTable(
      name: name,
      columns: [
        text("model", "name of the model") { $0.model }, text("split", "split of the dataset") { $0.split.rawValue },
        text("metric", "measured quantity, by its name in the sweeps") { $0.metric },
        text("perturbation", "kind of perturbation; empty without one") { $0.perturbation },
        integer("iteration", "test-time iteration") { $0.iteration },
        integer("count", "finite values, of all samples of all seeds that did not fail") { $0.statistics.count },
        integer("failed", "samples that failed, in no statistic") { $0.statistics.failed },
        integer("missing", "values that are NaN, in no statistic") { $0.statistics.missing },
        integer("infinite", "values that are infinite, in no statistic") { $0.statistics.infinite },
        integer("lower_bounds", "values that are lower bounds, as local Lipschitz constants that did not converge") {
          $0.lowerBounds
        },
        real("mean", "arithmetic mean") { $0.statistics.mean },
        real("std", "unbiased standard deviation") { $0.statistics.deviation },
        real("median", "median") { $0.statistics.median },
        real("trimmed_mean", "mean without a twentieth of the values at either end") { $0.statistics.trimmedMean },
        real("quantile_10", "10th percentile") { $0.statistics.quantile(0.1) },
        real("quantile_90", "90th percentile") { $0.statistics.quantile(0.9) },
        real("max", "largest value") { $0.statistics.maximum },
      ])
  }

  private var bandTable: SummaryTable {
    let rows = verdicts.flatMap { verdict in verdict.cases.map { (verdict, $0) } }
    // A claim about times is as reproducible as they are.
    let measured = rows.contains { $0.0.band.quantity.metric == .seconds || $0.0.band.reference?.metric == .seconds }
    return SummaryTable(
      name: "bands",
      columns: [
        .init("name", .text(rows.map { $0.0.band.name }), "the claim"),
        .init("measured", .text(rows.map { $0.0.measured }), "what is compared, in words"),
        .init("perturbation", .text(rows.map { $0.1.perturbation ?? "" }), "kind of perturbation; empty without one"),
        .init("seed", .integer(rows.map { Int64(bitPattern: $0.1.seed) }), "seed of the training"),
        .init("at_least", .real(rows.map { $0.0.band.atLeast ?? .nan }), "lower limit; NaN for none"),
        .init("at_most", .real(rows.map { $0.0.band.atMost ?? .nan }), "upper limit; NaN for none"),
        .init("value", .real(rows.map { $0.1.value }), measurement: measured, "what was found"),
        .init(
          "inside", .integer(rows.map { $0.1.isInside ? 1 : 0 }), measurement: measured, "1 inside the limits, 0 outside"),
        .init(
          "holds", .integer(rows.map { $0.0.holds ? 1 : 0 }), measurement: measured, "1 if the claim as a whole holds"),
      ])
  }
}
