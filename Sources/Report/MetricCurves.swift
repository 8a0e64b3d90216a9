import Records

/// One metric of one or more sweeps, with what must not be averaged marked.
///
///     let curves = sweep.curves(of: .error)
///     let means = curves?.statistics().map(\.mean)  // over the samples that did not fail, [K]
public struct MetricCurves: Sendable {
  /// The iterations of the metric, ascending, `[K]`.
  public var iterations: [Int]
  /// `[R, K]`: a row for each sample; for each sample and kind of perturbation; or a single one for the model.
  public var values: SampleCurves
  /// Whether the sample of a row has failed, `[R]`. It is in no statistic, at no iteration: so a mean is about the same samples
  /// everywhere.
  public var hasFailed: [Bool]
  /// Whether a value is a lower bound of what was to be measured, row-major, `[R, K]`; empty where none is.
  public var isLowerBound: [Bool] = []

  /// Rows of samples that failed.
  public var failedCount: Int { hasFailed.count(where: \.self) }

  /// Statistics over the rows that did not fail at each iteration, `[K]`.
  public func statistics() -> [Statistics] {
    let rows = hasFailed.indices.filter { !hasFailed[$0] }
    return iterations.indices.map { k in
      Statistics(rows.lazy.map { values.values[$0 * values.iterations + k] }, failed: failedCount)
    }
  }

  /// How many values at each iteration are lower bounds, of the rows that did not fail, `[K]`.
  public func lowerBounds() -> [Int] {
    guard !isLowerBound.isEmpty else { return iterations.map { _ in 0 } }
    return iterations.indices.map { k in
      hasFailed.indices.count { !hasFailed[$0] && isLowerBound[$0 * iterations.count + k] }
    }
  }

  /// The rows of several sweeps together.
  ///
  /// - Returns: nil for none, and for sweeps that measured the metric at different iterations.
  static func joined(_ parts: [MetricCurves]) -> MetricCurves? {
    guard let first = parts.first, parts.allSatisfy({ $0.iterations == first.iterations }),
      let values = SampleCurves(
        samples: parts.map(\.values.samples).reduce(0, +), iterations: first.iterations.count,
        values: parts.flatMap(\.values.values))
    else { return nil }
    return MetricCurves(
      iterations: first.iterations, values: values, hasFailed: parts.flatMap(\.hasFailed),
      isLowerBound: parts.flatMap(\.isLowerBound))
  }
}

extension SweepRecord {
  /// The name for all kinds of perturbation together, as the paper takes its largest Lipschitz ratio over all of them.
  static let allPerturbations = "all"

  /// The curves of a metric.
  ///
  /// - Parameter perturbation: its kind, for perturbed metrics; `all` has a row for each sample and kind.
  /// - Returns: nil when the sweep did not measure it.
  public func curves(of metric: Metric, perturbation: String? = nil) -> MetricCurves? {
    func ofSamples(_ curves: SampleCurves, kinds: Int = 1) -> MetricCurves {
      MetricCurves(
        iterations: iterations, values: curves, hasFailed: Array(repeatElement(hasFailed, count: kinds).joined()))
    }
    func ofModel(_ value: (Int) -> Double) -> MetricCurves? {
      SampleCurves(samples: 1, iterations: iterations.count, values: iterations.indices.map(value)).map {
        MetricCurves(iterations: iterations, values: $0, hasFailed: [false])
      }
    }
    switch metric {
    case .error: return ofSamples(error)
    case .residual: return residual.map { ofSamples($0) }
    case .relativeResidual: return relativeResidual.map { ofSamples($0) }
    case .converged:
      return relativeResidual.flatMap { curves in
        SampleCurves(
          samples: curves.samples, iterations: curves.iterations,
          values: curves.values.map { $0.isNaN ? .nan : $0 < LimitPeriod.tolerance ? 1 : 0 })
      }.map { ofSamples($0) }
    case .quality(let name): return qualities.first { $0.measure.name == name }.map { ofSamples($0.curves) }
    case .lipschitzRatio, .perturbedError:
      let curves = metric == .lipschitzRatio ? lipschitzRatio : perturbedError
      if perturbation == Self.allPerturbations, let first = curves.first {
        return SampleCurves(
          samples: curves.map(\.samples).reduce(0, +), iterations: first.iterations, values: curves.flatMap(\.values)
        ).map { ofSamples($0, kinds: curves.count) }
      }
      guard let index = perturbations.firstIndex(where: { $0 == perturbation }), curves.indices.contains(index) else {
        return nil
      }
      return ofSamples(curves[index])
    case .localLipschitz: return localConstants
    case .seconds: return ofModel { costs.seconds[$0] }
    case .flops: return ofModel { costs.flops[$0] }
    case .parameters: return ofModel { _ in Double(facts.parameterCount) }
    }
  }

  /// The local Lipschitz constants of the first samples, their iterations in ascending order.
  private var localConstants: MetricCurves? {
    guard let localLipschitz else { return nil }
    let (times, constants) = (localLipschitz.iterations, localLipschitz.constants)
    let order = times.indices.sorted { times[$0] < times[$1] }
    let places = (0..<constants.samples).flatMap { row in order.map { row * times.count + $0 } }
    return SampleCurves(samples: constants.samples, iterations: times.count, values: places.map { constants.values[$0] }).map {
      MetricCurves(
        iterations: order.map { times[$0] }, values: $0, hasFailed: Array(hasFailed.prefix(constants.samples)),
        isLowerBound: places.map { !localLipschitz.converged[$0] })
    }
  }
}
