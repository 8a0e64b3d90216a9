import Equilibrium
import Plot
import StudyKit

extension ScalarMapStudy {
  /// For each map: iterates against F, Lipschitz constant against iterations, and where the iteration is slow; for constructed
  /// operators also the bound of Theorem 2.5 and the growth in x, which tells regular operators from others.
  public static func figures(_ inputs: [FigureInput<ScalarMapStudy>]) throws -> [Figure] {
    let maps = try inputs.compactMap { try ScalarMapCurves($0) }
    var figures: [Figure] = []
    var targets: [TargetMap] = []
    for map in maps where !targets.contains(map.target) { targets.append(map.target) }
    for target in targets {
      let models = maps.filter { $0.target == target }
      let iterative = models.filter(\.isIterative)
      figures += iterative.map(ScalarMapFigures.iterates)
      figures += [ScalarMapFigures.predictions(models), ScalarMapFigures.lipschitz(models)]
      figures += iterative.map(ScalarMapFigures.convergence) + iterative.compactMap(ScalarMapFigures.necessity)
      figures.append(ScalarMapFigures.regularity(models))
    }
    return figures.filter { !$0.isEmpty }
  }
}

private enum ScalarMapFigures {
  private static let black = 6

  /// y_t(x) against F(x).
  static func iterates(_ map: ScalarMapCurves) -> Figure {
    Figure(
      name: "iterates-\(Figure.fileName(map.name))", title: "Iterates of \(map.name)",
      caption: "y_t at the test samples of \(map.target.name), for growing t, and the map F itself"
        + (map.isSingular ? "; values beyond ±10 are left out. Dotted: where F is singular." : "."),
      x: coordinate(map.target), y: .init("y"),
      series: map.shown.enumerated().map { color, k in
        Figure.Series("t = \(map.iterations[k])", points: graph(map) { $0.outputs[k] }, color: color)
      } + [Figure.Series("F", points: graph(map, \.value), shape: .dashedLine, color: black)], marks: marks(map))
  }

  /// The explicit networks, and the implicit ones at their trained iterations, against F; nothing where there are none.
  static func predictions(_ models: [ScalarMapCurves]) -> Figure {
    let learned = models.filter { $0.constructed == nil }
    let hasExplicit = learned.contains { !$0.isIterative }
    return Figure(
      name: "predictions-\(Figure.fileName(models[0].target.name))", title: "Learned networks, \(models[0].target.name)",
      caption: "Outputs at the test samples, of implicit networks after as many iterations as in training, and F.",
      x: coordinate(models[0].target), y: .init("y"),
      series: !hasExplicit
        ? []
        : learned.enumerated().map { color, map in
          Figure.Series(
            map.isIterative ? "\(map.name), t = \(map.iterations[map.final])" : map.name,
            points: graph(map) { $0.outputs[map.final] }, color: color)
        } + [Figure.Series("F", points: graph(models[0], \.value), shape: .dashedLine, color: black)])
  }

  /// The largest Lipschitz ratio over the samples against t.
  static func lipschitz(_ models: [ScalarMapCurves]) -> Figure {
    let target = models[0].target
    var series: [Figure.Series] = []
    for (color, map) in models.filter(\.isIterative).enumerated() {
      let points = zip(map.iterations, map.largestRatios).map { Figure.Point(x: Double($0), y: $1) }
      series.append(Figure.Series(map.name, points: points, shape: .lineWithMarkers, color: color))
      if case .linear(let rate)? = map.constructed?.step {
        let exact = map.iterations.map { t in
          Figure.Point(x: Double(t), y: max(0.5 * rate * rate * Double(t * (t - 1)), t == 1 ? .nan : 0))
        }
        series.append(Figure.Series("η² t (t − 1) / 2", points: exact, shape: .dashedLine, color: black))
      }
    }
    let steepest = models[0].samples.map { target.localLipschitz(at: $0.point) }.max() ?? .nan
    let explicit = models.filter { !$0.isIterative }.enumerated().compactMap { index, map in
      map.largestRatios.first.map { Figure.Level(map.name, y: $0, color: series.count + index) }
    }
    return Figure(
      name: "lipschitz-growth-\(Figure.fileName(target.name))", title: "Lipschitz constant of y_t, \(target.name)",
      caption: "Largest ratio |Δ y_t| / |Δ x| over the test samples. Levels: F itself, at the steepest sample, and the explicit "
        + "networks.",
      x: .init("iterations t"), y: .init("Lipschitz constant", isLogarithmic: true), series: series,
      levels: explicit + [Figure.Level("F", y: steepest, color: black)])
  }

  /// The error of single samples: where the iteration is slow.
  static func convergence(_ map: ScalarMapCurves) -> Figure {
    Figure(
      name: "convergence-\(Figure.fileName(map.name))", title: "Where \(map.name) converges slowly",
      caption: "Error of each test sample after t iterations, against "
        + (map.isSingular ? "its distance to the nearest singularity." : "its place."),
      x: map.isSingular ? .init("distance to the singularity", isLogarithmic: true) : coordinate(map.target),
      y: .init(ScalarMapStudy.error.description.longName, isLogarithmic: true),
      series: map.shown.enumerated().map { color, k in
        Figure.Series(
          "t = \(map.iterations[k])", points: map.samples.map { .init(x: map.isSingular ? $0.gap : $0.s, y: $0.errors[k]) },
          shape: .markers, color: color)
      })
  }

  /// The Lipschitz ratios of the iterates below the bound C (1 + |F|) / (1 - mu); nil without a bound or ratios.
  static func necessity(_ map: ScalarMapCurves) -> Figure? {
    guard let model = map.constructed, map.isSingular else { return nil }
    let bounds = map.samples.compactMap { sample in
      model.necessityBound(at: sample.point, and: sample.point).map { Figure.Point(x: sample.gap, y: $0) }
    }
    guard !bounds.isEmpty, map.samples.contains(where: { !$0.ratios.isEmpty }) else { return nil }
    let measured = map.shown.enumerated().map { color, k in
      Figure.Series(
        "t = \(map.iterations[k])",
        points: map.samples.compactMap { $0.ratios.isEmpty ? nil : .init(x: $0.gap, y: $0.ratios[k]) },
        shape: .markers, color: color)
    }
    return Figure(
      name: "necessity-\(Figure.fileName(map.name))", title: "The bound of Theorem 2.5, \(map.name)",
      caption:
        "Lipschitz ratio of y_t at each test sample, and the bound C (1 + |F(x)|) / (1 − μ(x)), which no iterate exceeds. It "
        + "can only grow where μ comes near 1, where the iteration is slow.",
      x: .init("distance to the singularity", isLogarithmic: true), y: .init("Lipschitz constant", isLogarithmic: true),
      series: measured + [Figure.Series("bound", points: bounds, shape: .markers, color: black)])
  }

  /// |G(1, x) - G(1, x')| / (2 |x - x'|) of neighbouring samples: bounded for regular operators, whatever the distance to the
  /// singularity. Nothing where there is one operator only.
  static func regularity(_ models: [ScalarMapCurves]) -> Figure {
    let target = models[0].target
    let all = models.filter { $0.constructed != nil && $0.isSingular }
    let constructed = all.count > 1 ? all : []
    return Figure(
      name: "regularity-\(Figure.fileName(target.name))", title: "Growth of G in x, \(target.name)",
      caption: "|G(y, x) − G(y, x')| / ((1 + |y|) |x − x'|) at y = 1 between neighbouring test samples. A regular operator has a "
        + "bound for all x; a constant step has none.",
      x: .init("distance to the singularity", isLogarithmic: true), y: .init("growth of G in x", isLogarithmic: true),
      series: constructed.enumerated().map { color, map in
        let points = zip(map.samples, map.samples.dropFirst()).compactMap { sample, next -> Figure.Point? in
          guard let model = map.constructed, sample.point != next.point else { return nil }
          return .init(x: sample.gap, y: model.growth(1, between: sample.point, and: next.point))
        }
        return Figure.Series(map.name, points: points, shape: .markers, color: color)
      })
  }

  // MARK: parts

  private static func coordinate(_ target: TargetMap) -> Figure.Axis { .init(target.dimension == 1 ? "x" : "|x|") }

  /// The graph of a quantity over s, broken at singularities and where it leaves the picture.
  private static func graph(_ map: ScalarMapCurves, _ value: (ScalarMapCurves.Sample) -> Double) -> [Figure.Point] {
    var points: [Figure.Point] = []
    for (index, sample) in map.samples.enumerated() {
      let isBeyond = index > 0 && !map.target.profile.singularities(in: map.samples[index - 1].s...sample.s).isEmpty
      if isBeyond { points.append(.init(x: sample.s, y: .nan)) }
      let y = value(sample)
      points.append(.init(x: sample.s, y: map.isSingular && abs(y) > 10 ? .nan : y))
    }
    return points
  }

  private static func marks(_ map: ScalarMapCurves) -> [Figure.Mark] {
    guard let first = map.samples.first?.s, let last = map.samples.last?.s else { return [] }
    return map.target.profile.singularities(in: min(first, 0)...last).map { Figure.Mark("", x: $0) }
  }
}
