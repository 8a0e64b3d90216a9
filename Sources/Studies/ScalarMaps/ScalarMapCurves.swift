import StudyKit

/// The sweep of one model of one map, its samples in ascending order of s, the coordinate or the radius.
struct ScalarMapCurves {
  let name: String
  let target: TargetMap
  /// Nil for learned models.
  let constructed: ConstructedOperator?
  let isIterative: Bool
  let trainedIterations: Int?
  /// `[K]`
  let iterations: [Int]
  /// `[S]`
  let samples: [Sample]

  struct Sample {
    var point: [Double]
    var s: Double
    /// Distance to the nearest singularity.
    var gap: Double
    /// F(x)
    var value: Double
    /// `[K]`
    var outputs: [Double]
    var errors: [Double]
    /// For the first kind of perturbation; empty if there is none.
    var ratios: [Double]
  }

  /// - Returns: nil for a sweep without samples of a map.
  init?(_ input: FigureInput<ScalarMapStudy>) throws {
    let sweep = input.sweep
    let (targets, points) = try ScalarMapStudy.points(input.dataset, sweep.split, rows: input.rows)
    guard let target = targets.first, let outputs = try sweep.outputs() else { return nil }
    let count = sweep.iterations.count
    let ratios = sweep.lipschitzRatio.first
    samples = points.indices.map { i in
      Sample(
        point: points[i], s: target.coordinate(points[i]), gap: target.gap(at: points[i]),
        value: target.value(at: points[i]), outputs: Array(outputs[(i * count)..<((i + 1) * count)]), errors: sweep.error.row(i),
        ratios: ratios?.row(i) ?? [])
    }.sorted { $0.s < $1.s }
    if case .implicit(let model) = input.model {
      constructed = model as? ConstructedOperator
      isIterative = true
    } else {
      constructed = nil
      isIterative = false
    }
    self.target = target
    name = sweep.model
    trainedIterations = sweep.trainedIterations
    iterations = sweep.iterations
  }

  /// Positions of the iterations that figures show: t = 1, 5, 20, 100 of a constructed operator; up to and beyond what a learned one
  /// was trained for.
  var shown: [Int] {
    guard isIterative else { return [0] }
    let wanted = trainedIterations.map { [1, $0 / 4, $0 / 2, $0, 4 * $0] } ?? [1, 5, 20, 100]
    return Set(wanted).sorted().compactMap { iterations.firstIndex(of: $0) }.filter { iterations[$0] > 0 }
  }

  /// The last iteration of training, or the last recorded one.
  var final: Int { trainedIterations.flatMap { iterations.firstIndex(of: $0) } ?? iterations.count - 1 }

  /// Largest ratio over the samples at each recorded iteration, `[K]`; NaN where there is none.
  var largestRatios: [Double] {
    iterations.indices.map { k in
      samples.compactMap { $0.ratios.indices.contains(k) && $0.ratios[k].isFinite ? $0.ratios[k] : nil }.max() ?? .nan
    }
  }

  var isSingular: Bool { samples.contains { $0.gap.isFinite } }
}
