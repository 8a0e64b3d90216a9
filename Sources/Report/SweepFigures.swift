import Plot
import Records

/// The figures that every case study has: error, Lipschitz ratio and residual against iterations, error against cost.
///
///     let figures = SweepFigures(models: models, errorLabel: "relative error").all
public struct SweepFigures {
  private let models: [ModelSweeps]
  /// What the error is, with its unit, for the axes, for example `relative error`.
  private let errorLabel: String

  /// More shaded spreads than this cover each other; then only the means are drawn.
  private static let largestShadedCount = 3

  /// - Parameters:
  ///   - models: of one split.
  ///   - errorLabel: name of the error metric, for the axes.
  public init(models: [ModelSweeps], errorLabel: String) {
    self.models = models
    self.errorLabel = errorLabel
  }

  /// All figures that have something to show.
  public var all: [Figure] {
    ([errorAgainstIteration] + qualityAgainstIteration + lipschitzAgainstIteration + [
      localLipschitzAgainstIteration, residualAgainstIteration, errorAgainstSeconds, errorAgainstFlops, errorAgainstEvaluations,
      memoryAgainstIterations,
    ])
    .filter { !$0.isEmpty }
  }

  /// Mean error at each iteration, with the explicit networks as levels.
  public var errorAgainstIteration: Figure {
    againstIteration(.error, name: "error-iteration", title: "Error against test-time iterations", label: errorLabel)
  }

  /// The same for each further measure of the case study.
  public var qualityAgainstIteration: [Figure] {
    (models.first?.first.qualities ?? []).map {
      againstIteration(
        .quality($0.measure.name), name: "\(Figure.fileName($0.measure.name))-iteration",
        title: "\($0.measure.label) against test-time iterations", label: $0.measure.label)
    }
  }

  private func againstIteration(_ metric: Metric, name: String, title: String, label: String) -> Figure {
    let iterative = numbered.filter(\.model.isIterative)
    let shaded = iterative.count <= Self.largestShadedCount
    return Figure(
      name: name, title: title,
      caption: "Lines: mean over the samples\(ofSeeds)."
        + (shaded ? " Shading: from the 10th to the 90th percentile of the samples." : "")
        + " Dashed levels: explicit networks. Dotted: iterations in training." + leftOut(models),
      x: iterationAxis, y: .init(label),
      series: iterative.map { model, color in
        Figure.Series(
          model.label, points: points(model, metric, shaded: shaded, center: \.mean), shape: .lineWithMarkers,
          color: color)
      },
      levels: numbered.filter { !$0.model.isIterative }.compactMap { model, color in
        model.statistics(metric)?.last.map { Figure.Level(model.label, y: $0.mean, color: color) }
      }, marks: trainedMarks(iterative.map(\.model)))
  }

  /// One figure for each iterative model: the change of the output over the change of the input, for each perturbation.
  public var lipschitzAgainstIteration: [Figure] {
    models.filter(\.isIterative).map { model in
      let series = model.perturbations.enumerated().flatMap { color, kind in
        [
          Figure.Series(
            kind, points: points(model, .lipschitzRatio, perturbation: kind, center: \.mean),
            shape: .lineWithMarkers, color: color),
          Figure.Series(
            "", points: points(model, .lipschitzRatio, perturbation: kind, center: \.maximum),
            shape: .dashedLine, color: color),
        ]
      }
      return Figure(
        name: "lipschitz-\(Figure.fileName(model.label))",
        title: "Lipschitz ratio of \(model.label): mean (solid), largest (dashed)",
        caption: "Change of the output over change of the input, for each kind of perturbation: mean (solid) and "
          + "largest (dashed) over the samples\(ofSeeds). Dotted: iterations in training." + leftOut([model]),
        x: iterationAxis, y: .init("||Δ output|| / ||Δ input||", isLogarithmic: true), series: series,
        marks: trainedMarks([model]))
    }
  }

  /// Median residual of the fixed-point iteration.
  public var residualAgainstIteration: Figure {
    let iterative = numbered.filter(\.model.isIterative)
    let shaded = iterative.count <= Self.largestShadedCount
    let isRelative = iterative.allSatisfy { $0.model.curves(of: .relativeResidual) != nil }
    return Figure(
      name: "residual-iteration", title: "Fixed-point residual against test-time iterations",
      caption: "Lines: median over the samples\(ofSeeds)."
        + (shaded ? " Shading: from the 10th to the 90th percentile." : "") + leftOut(iterative.map(\.model)),
      x: iterationAxis, y: .init(isRelative ? "||G(y) − y|| / ||G(y)||" : "residual ||G(y) − y||", isLogarithmic: true),
      series: iterative.map { model, color in
        Figure.Series(
          model.label, points: points(model, isRelative ? .relativeResidual : .residual, shaded: shaded, center: \.median),
          shape: .lineWithMarkers,
          color: color)
      }, marks: trainedMarks(iterative.map(\.model)))
  }

  /// Mean error against the wall time of one sample.
  public var errorAgainstSeconds: Figure {
    errorAgainstCost(.seconds, name: "error-seconds", title: "Error against time", label: "wall time per sample (s)")
  }

  /// Mean error against the floating-point operations of one sample.
  public var errorAgainstFlops: Figure {
    errorAgainstCost(
      .flops, name: "error-flops", title: "Error against computation", label: "floating-point operations per sample")
  }

  private func errorAgainstCost(_ cost: Metric, name: String, title: String, label: String) -> Figure {
    Figure(
      name: name, title: title,
      caption:
        "Mean error over the samples\(ofSeeds). Joined markers: an implicit model, one marker for each recorded iteration. "
        + "Single markers: explicit networks." + leftOut(models),
      x: .init(label, isLogarithmic: true), y: .init(errorLabel),
      series: numbered.map { model, color in
        let costs = model.statistics(cost) ?? []
        let errors = model.statistics(.error) ?? []
        return Figure.Series(
          model.label, points: zip(costs, errors).map { Figure.Point(x: $0.median, y: $1.mean) },
          shape: model.isIterative ? .lineWithMarkers : .markers, color: color)
      })
  }

  /// Mean error against evaluations of the map, for models that were iterated with several solvers.
  public var errorAgainstEvaluations: Figure {
    Figure(
      name: "error-evaluations", title: "Error against evaluations, by solver",
      caption:
        "Mean error over the samples\(ofSeeds) against the evaluations of the map that the iterate and its residual took (median). "
        + "With markers: the solver of the sweep. Lines: \(comparedNames.joined(separator: ", ")); the second one dashed.",
      x: .init("evaluations of the map", isLogarithmic: true), y: .init(errorLabel),
      series: numbered.filter { $0.model.isIterative && !$0.model.comparedSolvers.isEmpty }.flatMap { model, color in
        [
          Figure.Series(
            "\(model.label), \(model.first.solver)",
            points: points(model, .error, center: \.mean).map { Figure.Point(x: $0.x + 1, y: $0.y) }, shape: .lineWithMarkers,
            color: color)
        ]
          + model.comparedSolvers.enumerated().map { number, solver in
            let rows = solver.hasFailed.indices.filter { !solver.hasFailed[$0] }
            let points = model.iterations.indices.map { k in
              func column(_ curves: SampleCurves) -> Statistics {
                Statistics(rows.lazy.map { curves.values[$0 * curves.iterations + k] })
              }
              return Figure.Point(x: column(solver.evaluations).median, y: column(solver.error).mean)
            }
            return Figure.Series(
              "\(model.label), \(solver.name)", points: points, shape: number == 0 ? .line : .dashedLine, color: color)
          }
      })
  }

  private var comparedNames: [String] {
    models.first { !$0.comparedSolvers.isEmpty }?.comparedSolvers.map(\.name) ?? []
  }

  /// Peak memory of a training step against its forward iterations: one line for each implicit model and adjoint.
  public var memoryAgainstIterations: Figure {
    Figure(
      name: "memory-iterations", title: "Memory of a training step against its iterations",
      caption: "The most memory that one gradient of the loss needs at a time, beyond model and data. Solid with markers: the "
        + "first adjoint that was measured; dashed: the others. Levels: explicit networks.",
      x: .init("forward iterations", isLogarithmic: true), y: .init("peak memory (MiB)", isLogarithmic: true),
      series: numbered.filter(\.model.isIterative).flatMap { model, color in
        model.first.memory.map { memorySeries($0, model.label, color) } ?? []
      },
      levels: numbered.filter { !$0.model.isIterative }.compactMap { model, color in
        guard let peak = model.first.memory?.peaks.first?.first else { return nil }
        return Figure.Level(model.label, y: Double(peak) / Self.mebibyte, color: color)
      })
  }

  private static let mebibyte = 1_048_576.0

  private func memorySeries(_ memory: MemoryTable, _ label: String, _ color: Int) -> [Figure.Series] {
    memory.adjoints.indices.map { index in
      let points = zip(memory.iterations, memory.peaks[index]).map { iterations, bytes in
        Figure.Point(x: Double(iterations), y: Double(bytes) / Self.mebibyte)
      }
      return Figure.Series(
        "\(label), \(memory.adjoints[index])", points: points, shape: index == 0 ? .lineWithMarkers : .dashedLine, color: color)
    }
  }

  /// The models in the order of their colours.
  public var order: [String] { numbered.map(\.model.model) }

  // MARK: parts

  /// A model has the same colour in every figure.
  var numbered: [(model: ModelSweeps, color: Int)] {
    let order = models.filter(\.isIterative) + models.filter { !$0.isIterative }
    return order.enumerated().map { ($1, $0) }
  }

  /// Logarithmic where most of a long course would be its flat end.
  var iterationAxis: Figure.Axis {
    let last = models.compactMap(\.iterations.last).max() ?? 0
    return .init("iterations t", isLogarithmic: last > 100)
  }

  var ofSeeds: String {
    let seeds = models.map(\.runs.count).max() ?? 1
    return seeds > 1 ? " of all \(seeds) seeds" : ""
  }

  func points(
    _ model: ModelSweeps, _ metric: Metric, perturbation: String? = nil, shaded: Bool = false,
    center: KeyPath<Statistics, Double>
  ) -> [Figure.Point] {
    guard let curves = model.curves(of: metric, perturbation: perturbation) else { return [] }
    return zip(curves.iterations, curves.statistics()).map { iteration, statistics in
      Figure.Point(
        x: Double(iteration), y: statistics[keyPath: center], low: shaded ? statistics.quantile(0.1) : nil,
        high: shaded ? statistics.quantile(0.9) : nil)
    }
  }

  /// What a caption says of samples that failed; empty where none did.
  func leftOut(_ models: [ModelSweeps]) -> String {
    let texts = models.filter { $0.failures.count > 0 }.map {
      "\($0.failures.count) of \($0.failures.samples) samples of \($0.label)"
    }
    return texts.isEmpty ? "" : " Left out because they failed: \(texts.joined(separator: ", "))."
  }

  func trainedMarks(_ models: [ModelSweeps]) -> [Figure.Mark] {
    let marked = Set(models.compactMap(\.first.trainedIterations)).sorted()
    // Of several, which may stand side by side, one has the words.
    return marked.map { Figure.Mark($0 == marked.last ? "\($0) in training" : "\($0)", x: Double($0)) }
  }
}
