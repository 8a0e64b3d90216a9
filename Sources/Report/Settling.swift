import Foundation
import Records

/// How the iterations of one model settle: what a tolerance costs, and whether the residual knows how good an answer is. Taken from the
/// relative residuals ||G(y_t) - y_t|| / ||G(y_t)|| that a sweep records, whatever its solver.
public struct Settling: Equatable, Sendable {
  /// Stopping each sample at the first iterate whose relative residual is below a tolerance.
  public struct Stop: Equatable, Sendable {
    /// The tolerance.
    public var tolerance: Double
    /// Samples that get there within the sweep.
    public var reached: Int
    /// Evaluations of G that these need, the one that shows the residual included: median and 90th percentile; NaN for none.
    public var medianEvaluations, evaluations90: Double
    /// Mean error of these where they stop, and at the last iterate of the sweep.
    public var error, lastError: Double
    /// The solver.
    public var solver: String
  }

  /// The samples in four parts of equal size, by their relative residual, small ones first.
  public struct Quarter: Equatable, Sendable {
    /// The largest relative residual in it.
    public var residual: Double
    /// The mean error of its samples.
    public var error: Double
  }

  /// Name of the model.
  public var model: String
  /// Samples that did not fail.
  public var samples: Int
  /// For each tolerance.
  public var stops: [Stop]
  /// Factor by which a step shrinks the residual in the end, over the samples: below 1 where the iteration contracts.
  public var contraction: Statistics
  /// The iteration of what follows.
  public var iteration: Int
  /// Spearman's rank correlation of relative residual and error over the samples: 1 where a larger residual always means a larger error.
  /// NaN where one of them is the same for all.
  public var rankCorrelation: Double
  /// Empty for fewer than four samples.
  public var quarters: [Quarter]

  /// - Parameters:
  ///   - model: an implicit model.
  ///   - tolerances: of the relative residual, in any order.
  ///   - iteration: of the correlation: the last recorded one that is not beyond it; nil for the last of all.
  /// - Returns: nil where no relative residuals were recorded.
  init?(_ model: ModelSweeps, tolerances: [Double], iteration: Int?) {
    guard model.isIterative, let residuals = model.curves(of: .relativeResidual), let errors = model.curves(of: .error) else {
      return nil
    }
    typealias Row = (residual: [Double], error: [Double], evaluations: [Double])
    let iterations = residuals.iterations
    let alive = residuals.hasFailed.indices.filter { !residuals.hasFailed[$0] }
    let rows = alive.map {
      (residual: residuals.values.row($0), error: errors.values.row($0), evaluations: iterations.map { Double($0 + 1) }) as Row
    }
    (self.model, samples) = (model.label, rows.count)
    func stops(_ solver: String, _ rows: [Row]) -> [Stop] {
      tolerances.map { tolerance in
        let there = rows.compactMap { row in
          row.residual.firstIndex { $0 < tolerance }.map { (row.evaluations[$0], row.error[$0], row.error.last ?? .nan) }
        }
        let evaluations = Statistics(there.map(\.0))
        return Stop(
          tolerance: tolerance, reached: there.count, medianEvaluations: evaluations.median,
          evaluations90: evaluations.quantile(0.9), error: Statistics(there.map(\.1)).mean,
          lastError: Statistics(there.map(\.2)).mean, solver: solver)
      }
    }
    self.stops =
      stops(model.first.solver, rows)
      + model.comparedSolvers.flatMap { solver in
        stops(
          solver.name,
          zip(solver.hasFailed.indices, solver.hasFailed).filter { !$0.1 }.map { row, _ in
            (solver.residual.row(row), solver.error.row(row), solver.evaluations.row(row))
          })
      }
    let factors = model.runs.flatMap { $0.contractionFactors ?? [] }
    contraction = Statistics(factors.count == residuals.hasFailed.count ? alive.map { factors[$0] } : [])
    let index = iteration.flatMap { wanted in iterations.lastIndex { $0 <= wanted } } ?? iterations.count - 1
    self.iteration = iterations[index]
    let pairs = rows.map { (residual: $0.residual[index], error: $0.error[index]) }.filter {
      $0.residual.isFinite && $0.error.isFinite
    }
    rankCorrelation = Self.correlation(ranks(of: pairs.map(\.residual)), ranks(of: pairs.map(\.error)))
    let sorted = pairs.sorted { $0.residual < $1.residual }
    quarters =
      sorted.count < 4
      ? []
      : (0..<4).map { part in
        let members = sorted[(part * sorted.count / 4)..<((part + 1) * sorted.count / 4)]
        return Quarter(
          residual: members.last?.residual ?? .nan, error: Statistics(members.map(\.error)).mean)
      }
  }

  /// Pearson's correlation.
  private static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    guard !x.isEmpty else { return .nan }
    let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      xx += (a - meanX) * (a - meanX)
      yy += (b - meanY) * (b - meanY)
      xy += (a - meanX) * (b - meanY)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : .nan
  }
}

/// The rank of each value, from 1; equal values share the mean of their ranks.
func ranks(of values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start
    while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
    for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
    start = end + 1
  }
  return ranks
}

// MARK: as tables

extension Settling {
  /// What each tolerance costs; a row for each model and tolerance.
  static func stopTable(_ all: [Settling]) -> Table {
    Table(
      columns: [
        "model", "solver", "relative residual below", "samples that get there", "of", "median evaluations", "90th percentile",
        "error there",
        "their error at the end",
      ].map { .init($0) },
      rows: all.flatMap { settling in
        settling.stops.map { stop in
          func number(_ value: Double) -> Table.Cell { value.isNaN ? .empty : .number(value) }
          return [
            .text(settling.model), .text(stop.solver), .number(stop.tolerance), .integer(stop.reached),
            .integer(settling.samples),
            number(stop.medianEvaluations), number(stop.evaluations90), number(stop.error), number(stop.lastError),
          ]
        }
      })
  }

  /// Whether the residual knows when an answer is wrong; a row for each model.
  static func calibrationTable(_ all: [Settling]) -> Table {
    Table(
      columns: [
        "model", "iteration", "rank correlation", "error of the quarter of least residual", "second", "third", "of the largest",
      ].map { .init($0) },
      rows: all.filter { !$0.quarters.isEmpty }.map { settling in
        [
          .text(settling.model), .integer(settling.iteration),
          settling.rankCorrelation.isNaN ? .empty : .number(settling.rankCorrelation),
        ] + settling.quarters.map { .number($0.error) }
      })
  }

  /// How the residual shrinks in the end; a row for each model.
  static func contractionTable(_ all: [Settling]) -> Table {
    Table(
      columns: ["model", "samples", "median factor", "90th percentile", "largest"].map { .init($0) },
      rows: all.filter { $0.contraction.count > 0 }.map {
        [
          .text($0.model), .integer($0.contraction.count), .number($0.contraction.median), .number($0.contraction.quantile(0.9)),
          .number($0.contraction.maximum),
        ]
      })
  }

  /// The same for programs.
  static func summaryTables(_ all: [Settling]) -> [SummaryTable] {
    let stops = all.flatMap { settling in settling.stops.map { (settling, $0) } }
    let quarters = all.flatMap { settling in settling.quarters.enumerated().map { (settling, $0.offset, $0.element) } }
    return [
      SummaryTable(
        name: "tolerances",
        columns: [
          .init("model", .text(stops.map(\.0.model)), "name of the model"),
          .init("solver", .text(stops.map(\.1.solver)), "fixed-point solver"),
          .init("tolerance", .real(stops.map(\.1.tolerance)), "a sample stops where its relative residual is below it"),
          .init("samples", .integer(stops.map { Int64($0.0.samples) }), "samples that did not fail"),
          .init("reached", .integer(stops.map { Int64($0.1.reached) }), "those that get there within the sweep"),
          .init("evaluations_median", .real(stops.map(\.1.medianEvaluations)), "evaluations of G that they need, median"),
          .init("evaluations_90", .real(stops.map(\.1.evaluations90)), "90th percentile of these"),
          .init("error", .real(stops.map(\.1.error)), "their mean error where they stop"),
          .init("last_error", .real(stops.map(\.1.lastError)), "their mean error at the last iteration"),
        ]),
      SummaryTable(
        name: "contraction",
        columns: [
          .init("model", .text(all.map(\.model)), "name of the model"),
          .init("samples", .integer(all.map { Int64($0.contraction.count) }), "samples whose factor can be told"),
          .init("factor_median", .real(all.map(\.contraction.median)), "by which a step shrinks the residual in the end, median"),
          .init("factor_90", .real(all.map { $0.contraction.quantile(0.9) }), "90th percentile"),
          .init("factor_max", .real(all.map(\.contraction.maximum)), "largest"),
        ]),
      SummaryTable(
        name: "calibration",
        columns: [
          .init("model", .text(quarters.map(\.0.model)), "name of the model"),
          .init("iteration", .integer(quarters.map { Int64($0.0.iteration) }), "iteration of the residuals and errors"),
          .init(
            "rank_correlation", .real(quarters.map(\.0.rankCorrelation)),
            "Spearman's, of relative residual and error over the samples"),
          .init("quarter", .integer(quarters.map { Int64($0.1) }), "of the samples by residual, the smallest first, from 0"),
          .init("residual", .real(quarters.map(\.2.residual)), "largest relative residual of the quarter"),
          .init("error", .real(quarters.map(\.2.error)), "mean error of the quarter"),
        ]),
    ]
  }
}
