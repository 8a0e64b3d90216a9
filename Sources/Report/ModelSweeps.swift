import Foundation
import Records
import Support

/// All sweeps of one model on one split: one for each seed it was trained with.
///
///     let models = try ModelSweeps.grouped(sweeps)
///     let errors = models[0].statistics(.error)?.map(\.mean)  // over the samples of all seeds that did not fail, [K]
public struct ModelSweeps: Sendable {
  /// The model's name, followed by the solver where the same model was swept with several.
  public let label: String
  /// The split all its sweeps are on.
  public let split: Split
  /// In ascending order of their seeds; at least one.
  public let runs: [SweepRecord]

  /// The sweep of the smallest seed.
  public var first: SweepRecord { runs[0] }
  /// The model's name in the configuration.
  public var model: String { first.model }
  /// The part of the dataset that the model is about; nil for all of it.
  public var subject: String? { first.subject }
  /// Whether it is an implicit model.
  public var isIterative: Bool { first.isIterative }
  /// The recorded iterations, ascending, `[K]`.
  public var iterations: [Int] { first.iterations }
  /// The kinds of perturbation, `[P]`.
  public var perturbations: [String] { first.perturbations }
  /// How many samples of all seeds failed.
  public var failures: SampleFailures { SampleFailures(runs) }
  /// The common metrics, whether they were measured or not, and the measures of the case study.
  public var metrics: [Metric] { Metric.common + first.qualities.map { .quality($0.measure.name) } }

  /// The curves of a metric, of the samples of all seeds together.
  ///
  /// - Returns: nil when a sweep did not measure it, or at other iterations than the others.
  public func curves(of metric: Metric, perturbation: String? = nil) -> MetricCurves? {
    let curves = runs.compactMap { $0.curves(of: metric, perturbation: perturbation) }
    return curves.count == runs.count ? .joined(curves) : nil
  }

  /// Statistics of a metric at each of its iterations, over the samples of all seeds that did not fail, `[K]`.
  ///
  /// - Returns: nil as `curves`.
  public func statistics(_ metric: Metric, perturbation: String? = nil) -> [Statistics]? {
    curves(of: metric, perturbation: perturbation)?.statistics()
  }

  /// A solver that was compared with that of the sweep, the samples of all seeds together.
  public struct ComparedSolver: Sendable {
    /// Its name; with a note where it is that of the sweep itself, in other settings.
    public var name: String
    /// `[S, K]`
    public var error, residual, evaluations: SampleCurves
    /// Samples for which it met a value that is not finite, or for which the sweep's own solver failed, `[S]`.
    public var hasFailed: [Bool]
  }

  /// The solvers that every sweep compared.
  public var comparedSolvers: [ComparedSolver] {
    first.solvers.compactMap { solver in
      let runs = runs.compactMap { run in run.solvers.first { $0.name == solver.name } }
      func joined(_ path: KeyPath<SolverCurves, SampleCurves>) -> SampleCurves? {
        SampleCurves(
          samples: runs.map { $0[keyPath: path].samples }.reduce(0, +), iterations: iterations.count,
          values: runs.flatMap { $0[keyPath: path].values })
      }
      guard runs.count == self.runs.count, let error = joined(\.error), let residual = joined(\.relativeResidual),
        let evaluations = joined(\.evaluations)
      else { return nil }
      let failed = self.runs.flatMap(\.hasFailed)
      return ComparedSolver(
        name: solver.name == first.solver ? "\(solver.name), as compared" : solver.name, error: error, residual: residual,
        evaluations: evaluations, hasFailed: failed.indices.map { failed[$0] || !error.row($0).allSatisfy(\.isFinite) })
    }
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
