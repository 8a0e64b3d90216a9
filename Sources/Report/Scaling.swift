import Foundation
import Records
import Support

/// How the error of one model falls, and its Lipschitz ratio grows, with the iterations: fitted forms, with bootstrap intervals over the
/// samples.
public struct Scaling: Equatable, Sendable {
  /// A number with its 95 % bootstrap interval.
  public struct Estimate: Equatable, Sendable {
    /// From all samples.
    public var value: Double
    /// The 2.5 % and 97.5 % quantiles over resamples.
    public var low, high: Double

    init(_ value: Double, _ resampled: [Double]) {
      let statistics = Statistics(resampled)
      (self.value, low, high) = (value, statistics.quantile(0.025), statistics.quantile(0.975))
    }

    var text: String { "\(Table.significant(value)) [\(Table.significant(low)), \(Table.significant(high))]" }
  }

  /// A fit of the mean error.
  public struct ErrorFit: Equatable, Sendable {
    /// Fitted to all points.
    public var fit: CurveFit
    /// Of these.
    public var limit, amplitude, rate: Estimate
    /// Mean relative deviation at the last third of the points of a fit to those before.
    public var heldOut: Double

    /// Beyond this the form is called wrong.
    static let largestDeviation = 0.05
    /// Whether the fit foretells the points that were held out.
    public var holds: Bool { heldOut < Self.largestDeviation }
  }

  /// Growth of the Lipschitz ratio: log L_t = exponent log t + constant, from t = 1 until it saturates.
  public struct Growth: Equatable, Sendable {
    /// Kind of perturbation.
    public var perturbation: String
    /// What stands for all samples: their mean, which a few of them may make, or their median.
    public var statistic: Statistic
    /// Of that statistic.
    public var exponent: Estimate
    /// The first iteration at which it is 95 % of its largest value.
    public var saturation: Int

    /// Of the ratios of the samples.
    public enum Statistic: String, CaseIterable, Sendable { case mean, median }
  }

  /// Name of the model.
  public var model: String
  /// The better one on the points held out first; empty where fewer than six iterations were recorded.
  public var fits: [ErrorFit]
  /// One for each kind of perturbation that has grown over three iterations or more.
  public var growths: [Growth]

  private static let resamples = 200
  private static let mostPoints = 24

  /// - Returns: nil for an explicit model.
  init?(_ model: ModelSweeps) {
    guard model.isIterative, let errors = model.curves(of: .error) else { return nil }
    self.model = model.label
    fits = Self.fits(errors, model.label)
    growths = model.perturbations.flatMap { kind -> [Growth] in
      guard let curves = model.curves(of: .lipschitzRatio, perturbation: kind) else { return [] }
      return Growth.Statistic.allCases.compactMap { Self.growth(curves, kind, $0, model.label) }
    }
  }

  /// Columns of about evenly spaced logarithms of their iterations, from iteration 1 on.
  private static func columns(_ iterations: [Int]) -> [Int] {
    let positive = iterations.indices.filter { iterations[$0] >= 1 }
    guard let first = positive.first, let last = positive.last, positive.count > mostPoints else { return positive }
    let (low, high) = (log(Double(iterations[first])), log(Double(iterations[last])))
    let wanted = (0..<mostPoints).map { low + (high - low) * Double($0) / Double(mostPoints - 1) }
    let nearest = wanted.compactMap { target in
      positive.min { abs(log(Double(iterations[$0])) - target) < abs(log(Double(iterations[$1])) - target) }
    }
    return Array(Set(nearest)).sorted()
  }

  /// A statistic of resamples of the rows at some columns: the first of all rows, the others of as many drawn with replacement. Values
  /// that are no numbers are left out.
  private static func resampled(_ rows: [[Double]], _ statistic: Growth.Statistic, _ stream: String) -> [[Double]] {
    func value(_ chosen: [Int]) -> [Double] {
      (0..<(rows.first?.count ?? 0)).map { k in
        let values = chosen.lazy.map { rows[$0][k] }
        if statistic == .median { return Statistics(values).median }
        var (sum, count) = (0.0, 0)
        for value in values where value.isFinite { (sum, count) = (sum + value, count + 1) }
        return count > 0 ? sum / Double(count) : .nan
      }
    }
    return [value(Array(rows.indices))]
      + (0..<resamples).map { number in
        var random = KeyedRandom(seed: 1, stream: "bootstrap/\(stream)", index: UInt64(number))
        return value(rows.indices.map { _ in random.integer(below: rows.count) })
      }
  }

  private static func rows(_ curves: MetricCurves, _ columns: [Int]) -> [[Double]] {
    curves.hasFailed.indices.filter { !curves.hasFailed[$0] }.map { row in
      columns.map { curves.values.values[row * curves.values.iterations + $0] }
    }
  }

  private static func fits(_ errors: MetricCurves, _ stream: String) -> [ErrorFit] {
    let columns = columns(errors.iterations)
    let rows = rows(errors, columns)
    guard columns.count >= 6, !rows.isEmpty else { return [] }
    let times = columns.map { Double(errors.iterations[$0]) }
    let resampled = resampled(rows, .mean, "error/\(stream)").map { values in zip(times, values).map { (t: $0, value: $1) } }
    return CurveFit.Form.allCases.compactMap { form -> ErrorFit? in
      let points = resampled[0]
      guard let fit = CurveFit(form, to: points), let early = CurveFit(form, to: Array(points.prefix(points.count * 2 / 3)))
      else { return nil }
      let others = resampled.dropFirst().compactMap { CurveFit(form, to: $0) }
      return ErrorFit(
        fit: fit, limit: Estimate(fit.limit, others.map(\.limit)), amplitude: Estimate(fit.amplitude, others.map(\.amplitude)),
        rate: Estimate(fit.rate, others.map(\.rate)),
        heldOut: early.deviation(from: Array(points.suffix(points.count - points.count * 2 / 3))))
    }.sorted { $0.heldOut < $1.heldOut }
  }

  private static func growth(
    _ ratios: MetricCurves, _ kind: String, _ statistic: Growth.Statistic, _ stream: String
  ) -> Growth? {
    let columns = columns(ratios.iterations)
    let rows = rows(ratios, columns)
    guard !rows.isEmpty else { return nil }
    let times = columns.map { Double(ratios.iterations[$0]) }
    let resampled = resampled(rows, statistic, "lipschitz/\(kind)/\(stream)")
    let curve = resampled[0]
    guard let largest = curve.filter(\.isFinite).max(), largest > 0, let end = curve.firstIndex(where: { $0 >= 0.95 * largest }),
      end >= 2, curve.prefix(end + 1).allSatisfy({ $0 > 0 })
    else { return nil }
    func exponent(_ values: [Double]) -> Double {
      let points = zip(times, values).prefix(end + 1).map { (x: log($0), y: log($1)) }
      let (x, y) = (points.map(\.x).reduce(0, +) / Double(points.count), points.map(\.y).reduce(0, +) / Double(points.count))
      let square = points.reduce(0) { $0 + ($1.x - x) * ($1.x - x) }
      return points.reduce(0) { $0 + ($1.x - x) * ($1.y - y) } / square
    }
    return Growth(
      perturbation: kind, statistic: statistic, exponent: Estimate(exponent(curve), resampled.dropFirst().map(exponent)),
      saturation: ratios.iterations[columns[end]])
  }
}

// MARK: as tables

extension Scaling {
  static func fitTable(_ all: [Scaling]) -> Table {
    Table(
      columns: ["model", "form", "limit", "amplitude", "rate", "deviation on points held out", "verdict"].map { .init($0) },
      rows: all.flatMap { scaling in
        scaling.fits.map { fit in
          [
            .text(scaling.model), .text(fit.fit.form.rawValue), .text(fit.limit.text), .text(fit.amplitude.text),
            .text(fit.rate.text), .text("\(Table.significant(100 * fit.heldOut)) %"), .text(fit.holds ? "holds" : "wrong form"),
          ]
        }
      })
  }

  static func growthTable(_ all: [Scaling]) -> Table {
    Table(
      columns: ["model", "perturbation", "ratio", "exponent", "until iteration"].map { .init($0) },
      rows: all.flatMap { scaling in
        scaling.growths.map {
          [
            .text(scaling.model), .text($0.perturbation), .text($0.statistic.rawValue), .text($0.exponent.text),
            .integer($0.saturation),
          ]
        }
      })
  }

  /// The same for programs.
  static func summaryTables(_ all: [Scaling]) -> [SummaryTable] {
    let fits = all.flatMap { scaling in scaling.fits.map { (scaling.model, $0) } }
    let growths = all.flatMap { scaling in scaling.growths.map { (scaling.model, $0) } }
    func columns<Row>(
      _ name: String, _ rows: [(String, Row)], _ meaning: String, _ value: (Row) -> Estimate
    ) -> [SummaryTable.Column] {
      [
        .init(name, .real(rows.map { value($0.1).value }), meaning),
        .init("\(name)_low", .real(rows.map { value($0.1).low }), "2.5 % quantile of it over bootstrap resamples of the samples"),
        .init("\(name)_high", .real(rows.map { value($0.1).high }), "97.5 % quantile"),
      ]
    }
    return [
      SummaryTable(
        name: "fits",
        columns: [
          .init("model", .text(fits.map(\.0)), "name of the model"),
          .init("form", .text(fits.map(\.1.fit.form.rawValue)), "limit + amplitude exp(-rate t), or limit + amplitude t^(-rate)"),
        ] + columns("limit", fits, "of the mean error") { $0.limit } + columns("amplitude", fits, "of its decay") { $0.amplitude }
          + columns("rate", fits, "of its decay") { $0.rate }
          + [
            .init(
              "held_out", .real(fits.map(\.1.heldOut)),
              "mean relative deviation at the last third of the points, fitted to the others"),
            .init("holds", .integer(fits.map { $0.1.holds ? 1 : 0 }), "1 where that is below \(ErrorFit.largestDeviation)"),
          ]),
      SummaryTable(
        name: "growth",
        columns: [
          .init("model", .text(growths.map(\.0)), "name of the model"),
          .init("perturbation", .text(growths.map(\.1.perturbation)), "kind of perturbation"),
          .init("statistic", .text(growths.map(\.1.statistic.rawValue)), "of the ratios over the samples"),
        ] + columns("exponent", growths, "of that Lipschitz ratio, as a power of the iteration") { $0.exponent }
          + [
            .init(
              "saturation", .integer(growths.map { Int64($0.1.saturation) }),
              "iteration where that ratio is 95 % of its largest value")
          ]),
    ]
  }
}
