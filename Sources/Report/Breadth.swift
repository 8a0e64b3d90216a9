import Foundation
import Plot
import Records

/// What several random starts of one model are worth, the answer of the lowest residual taken: breadth beside depth.
public struct Breadth: Equatable, Sendable {
  /// Name of the model.
  public var model: String
  /// Samples that were started so and did not fail, of all seeds.
  public var samples: Int
  /// Iterations 1, 2, 4 ... and the last one.
  public var depths: [Int]
  /// Numbers of starts, 1, 2, 4 ... and all.
  public var breadths: [Int]
  /// Mean error of the answers with the lowest relative residual among the first b starts, `[breadth][depth]`.
  public var error: [[Double]]
  /// Mean error from the usual start, of the same samples, `[depth]`.
  public var usual: [Double]
  /// Mean error of the best of all starts, which only the label tells, `[depth]`.
  public var oracle: [Double]
  /// Spread of the last states over the starts, relative, over the samples.
  public var spread: Statistics

  /// Spreads below this count as one state.
  static let uniqueness = 1e-2
  /// Share of the samples whose starts all end in one state.
  public var uniqueShare: Double

  /// - Returns: nil where a sweep has no starts, or not as many as another.
  init?(_ model: ModelSweeps) {
    let runs = model.runs.compactMap { run in run.starts.map { (run, $0) } }
    guard runs.count == model.runs.count, let first = runs.first, runs.allSatisfy({ $0.1.count == first.1.count }) else {
      return nil
    }
    let iterations = model.iterations
    let indices = iterations.indices.filter {
      $0 == iterations.count - 1 || (iterations[$0] > 0 && iterations[$0].nonzeroBitCount == 1)
    }
    let (count, depths) = (first.1.count, indices.map { iterations[$0] })
    let breadths = (1...count).filter { $0 == count || $0.nonzeroBitCount == 1 }
    self.model = model.label
    self.depths = depths
    self.breadths = breadths
    // `[sample]`: the curves of the usual start and of the others.
    struct Row {
      var usual: [Double]
      var errors, residuals: [[Double]]
      var spread: Double
    }
    let rows = runs.flatMap { run, starts in
      starts.spread.indices.filter { !run.hasFailed[$0] }.map { sample in
        Row(
          usual: run.error.row(sample), errors: starts.error.map { $0.row(sample) },
          residuals: starts.relativeResidual.map { $0.row(sample) }, spread: starts.spread[sample])
      }
    }
    samples = rows.count
    func mean(_ value: (Row) -> Double) -> Double { Statistics(rows.lazy.map(value)).mean }
    error = breadths.map { breadth in
      indices.map { k in
        mean { row in
          let chosen = (0..<breadth).min { row.residuals[$0][k] < row.residuals[$1][k] } ?? 0
          return row.errors[chosen][k]
        }
      }
    }
    usual = indices.map { k in mean { $0.usual[k] } }
    oracle = indices.map { k in mean { row in row.errors.map { $0[k] }.min() ?? .nan } }
    spread = Statistics(rows.map(\.spread))
    let unique = rows.count { $0.spread < Self.uniqueness }
    uniqueShare = rows.isEmpty ? .nan : Double(unique) / Double(rows.count)
  }

  /// By how much all starts together change the error of a single one at the last iteration, relative to it; below 0 is a gain.
  public var gain: Double {
    guard let one = error.first?.last, let all = error.last?.last, one != 0 else { return .nan }
    return all / one - 1
  }
}

extension Breadth {
  /// A row for each model, about the last iteration.
  static func table(_ all: [Breadth]) -> Table {
    Table(
      columns: [
        "model", "samples", "iterations", "error, usual start", "one random start", "starts", "least residual of them",
        "change by breadth", "best of them, if one knew", "median spread of the last states", "share with one state",
      ].map { .init($0) },
      rows: all.map { breadth in
        [
          .text(breadth.model), .integer(breadth.samples), .integer(breadth.depths.last ?? 0),
          .number(breadth.usual.last ?? .nan), .number(breadth.error.first?.last ?? .nan), .integer(breadth.breadths.last ?? 0),
          .number(breadth.error.last?.last ?? .nan),
          breadth.gain.isNaN ? .empty : .text("\(breadth.gain > 0 ? "+" : "")\(String(format: "%.1f", 100 * breadth.gain)) %"),
          .number(breadth.oracle.last ?? .nan), .number(breadth.spread.median), .number(breadth.uniqueShare),
        ]
      })
  }

  /// The errors of every depth and breadth; and what the last states have in common.
  static func summaryTables(_ all: [Breadth]) -> [SummaryTable] {
    struct Row {
      var model: String
      var depth, starts: Int
      var error: Double
    }
    let rows = all.flatMap { breadth in
      ([(0, breadth.usual)] + zip(breadth.breadths, breadth.error).map { ($0, $1) }).flatMap { starts, errors in
        zip(breadth.depths, errors).map { Row(model: breadth.model, depth: $0, starts: starts, error: $1) }
      }
    }
    return [
      SummaryTable(
        name: "breadth",
        columns: [
          .init("model", .text(rows.map(\.model)), "name of the model"),
          .init("iteration", .integer(rows.map { Int64($0.depth) }), "test-time iteration"),
          .init(
            "starts", .integer(rows.map { Int64($0.starts) }),
            "random starts of which that of the lowest residual counts; 0: the usual start"),
          .init("error", .real(rows.map(\.error)), "mean error over the samples"),
        ]),
      SummaryTable(
        name: "uniqueness",
        columns: [
          .init("model", .text(all.map(\.model)), "name of the model"),
          .init("samples", .integer(all.map { Int64($0.samples) }), "samples of all seeds that did not fail"),
          .init("starts", .integer(all.map { Int64($0.breadths.last ?? 0) }), "random starts of each"),
          .init("spread_median", .real(all.map(\.spread.median)), "largest distance between last states, relative: median"),
          .init("spread_90", .real(all.map { $0.spread.quantile(0.9) }), "90th percentile"),
          .init("unique_share", .real(all.map(\.uniqueShare)), "share of the samples with a spread below \(uniqueness)"),
        ]),
    ]
  }

  /// Error against depth and breadth, as a heat map.
  var figure: Figure {
    let rows = [usual] + error
    let values = rows.joined().filter(\.isFinite)
    let cells = rows.enumerated().flatMap { row, errors in
      errors.enumerated().map { Figure.Cell(x: $0, y: row, value: $1, label: Table.significant($1)) }
    }
    var figure = Figure(
      name: "depth-breadth-\(Figure.fileName(model))", title: "Depth and breadth: \(model)",
      caption:
        "Mean error over \(samples) samples after so many iterations, of the answer with the lowest relative residual among so many "
        + "random starts; the lowest row is the usual start.",
      x: .init("iterations t"), y: .init("starts"), cells: cells, cellLabel: "mean error")
    figure.cellNames = (depths.map(String.init), ["usual"] + breadths.map(String.init))
    if let least = values.min(), let most = values.max(), least < most { figure.cellRange = least...most }
    return figure
  }
}
