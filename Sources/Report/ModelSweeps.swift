import Foundation
import Records
import Support

/// All sweeps of one model on one split: one for each seed it was trained with.
public struct ModelSweeps: Sendable {
  /// The model's name, followed by the solver where the same model was swept with several.
  public let label: String
  public let split: Split
  /// In ascending order of their seeds; at least one.
  public let runs: [SweepRecord]

  public var first: SweepRecord { runs[0] }
  public var model: String { first.model }
  public var subject: String? { first.subject }
  public var isIterative: Bool { first.isIterative }
  public var iterations: [Int] { first.iterations }
  public var perturbations: [String] { first.perturbations }
  public var metrics: [Metric] { Metric.common + first.qualities.map { .quality($0.measure.name) } }

  /// Statistics of a metric at each recorded iteration, over the samples of all seeds together, `[K]`.
  ///
  /// - Returns: nil when a sweep did not measure it.
  public func statistics(_ metric: Metric, perturbation: String? = nil) -> [Statistics]? {
    let curves = runs.compactMap { $0.values(metric, perturbation: perturbation) }
    guard curves.count == runs.count else { return nil }
    return iterations.indices.map { k in Statistics(curves.lazy.flatMap { $0.column(k) }) }
  }

  /// The recorded iteration with the smallest mean error, as an index.
  public var bestIndex: Int {
    let means = statistics(.error)?.map(\.mean) ?? []
    return means.indices.filter { means[$0].isFinite }.min { means[$0] < means[$1] } ?? 0
  }

  /// Groups sweeps by model, solver and split, in the order of their subjects and then of their names, numbers in names by
  /// value (`implicit-8` before `implicit-16`).
  ///
  /// - Throws: `Failure` with `badData` when sweeps cannot stand in one report: two case studies, the same model, seed
  ///   and split twice, or seeds of one model with other iterations or perturbations.
  public static func grouped(_ sweeps: [SweepRecord]) throws -> [ModelSweeps] {
    if let first = sweeps.first, let other = sweeps.first(where: { $0.caseStudy != first.caseStudy }) {
      throw Failure(
        .badData,
        "this sweep is of the case study \(other.caseStudy), and that in \(first.source.path) of \(first.caseStudy)",
        at: other.source.path, remedy: "make one report for each case study")
    }
    struct Key: Hashable {
      var model, solver: String
      var split: Split
    }
    let groups = Dictionary(grouping: sweeps) { Key(model: $0.model, solver: $0.solver, split: $0.split) }
    let solvers = Dictionary(grouping: groups.keys, by: \.model).mapValues { Set($0.map(\.solver)) }
    return try groups.map { key, members in
      let runs = members.sorted { $0.seed < $1.seed }
      for (run, next) in zip(runs, runs.dropFirst()) {
        if run.seed == next.seed {
          throw Failure(
            .badData, "\(key.model) with seed \(run.seed) on \(key.split.rawValue) is also in \(run.source.path)",
            at: next.source.path,
            remedy: "give each sweep once")
        }
        if run.iterations != next.iterations || run.perturbations != next.perturbations {
          throw Failure(
            .badData, "other iterations or perturbations than seed \(run.seed) of \(key.model), in \(run.source.path)",
            at: next.source.path, remedy: "sweep all seeds of a model with the same settings")
        }
      }
      let isAmbiguous = (solvers[key.model]?.count ?? 1) > 1
      return ModelSweeps(
        label: isAmbiguous ? "\(key.model) (\(key.solver))" : key.model, split: key.split, runs: runs)
    }
    .sorted {
      let orders = [
        ($0.subject ?? "").compare($1.subject ?? "", options: .numeric), $0.label.compare($1.label, options: .numeric),
      ]
      return orders.first { $0 != .orderedSame }.map { $0 == .orderedAscending } ?? ($0.split.rawValue < $1.split.rawValue)
    }
  }
}
