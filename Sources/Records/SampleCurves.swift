/// One measured quantity per sample and iteration, shape `[S, K]`.
public struct SampleCurves: Equatable, Sendable {
  /// S.
  public let samples: Int
  /// K.
  public let iterations: Int
  /// Row-major: sample by sample.
  public let values: [Double]

  /// - Returns: nil when `values` does not hold `samples * iterations` numbers.
  public init?(samples: Int, iterations: Int, values: [Double]) {
    guard samples >= 0, iterations >= 0, values.count == samples * iterations else { return nil }
    self.samples = samples
    self.iterations = iterations
    self.values = values
  }

  /// The values of all samples at the k-th recorded iteration, `[S]`.
  public func column(_ k: Int) -> [Double] {
    (0..<samples).map { values[$0 * iterations + k] }
  }

  /// The values of one sample at all recorded iterations, `[K]`.
  public func row(_ sample: Int) -> [Double] {
    Array(values[(sample * iterations)..<((sample + 1) * iterations)])
  }

  /// Several of the same shape, from the values of all, one after the other: `count * samples * iterations` of them.
  static func pieces(_ values: [Double], count: Int, samples: Int, iterations: Int) -> [SampleCurves] {
    let size = samples * iterations
    return (0..<count).compactMap {
      SampleCurves(samples: samples, iterations: iterations, values: Array(values[($0 * size)..<(($0 + 1) * size)]))
    }
  }
}
