import Foundation

@testable import Records

/// Sweeps with known numbers: the error of sample s at iteration t is `floor + (0.6 - floor) 0.6^(t-1) + spread`.
enum SyntheticSweeps {
  static func implicit(
    _ model: String = "implicit-8", seed: UInt64 = 0, split: Split = .test, samples: Int = 40, iterations: Int = 16,
    floor: Double = 0.18, solver: String = "picard", perturbations: [String] = ["A", "b", "c", "l", "u"]
  ) -> SweepRecord {
    func curves(_ value: (Int, Int) -> Double) -> SampleCurves {
      SampleCurves(
        samples: samples, iterations: iterations,
        values: (0..<samples).flatMap { s in (0..<iterations).map { k in value(s, k) } })!
    }
    func offset(_ s: Int) -> Double { (Double(s) / Double(max(samples - 1, 1)) - 0.5) * 0.2 }
    return SweepRecord(
      SweepFacts(
        caseStudy: "linear-programs", title: "a sweep", model: model, architecture: "implicit-gnn", isIterative: true,
        solver: solver, split: split, errorName: "relative error", seed: seed, parameterCount: 2_350, trainedIterations: 6,
        datasetHash: "0b", modelHash: "0a"),
      iterations: Array(1...iterations), draws: Array(0..<samples),
      error: curves { s, k in floor + (0.6 - floor) * pow(0.6, Double(k)) + offset(s) },
      residual: curves { s, k in 10 * pow(0.5, Double(k)) * (1 + offset(s)) },
      // The first half of the samples converges, the others end in a cycle.
      relativeResidual: curves { s, k in s < samples / 2 ? pow(0.25, Double(k)) : 0.5 }, perturbations: perturbations,
      lipschitzRatio: perturbations.indices.map { p in
        curves { s, k in Double(p + 1) * (1 + Double(k) / 2) * exp(5 * offset(s)) }
      },
      perturbedError: perturbations.map { _ in curves { s, k in floor + 0.4 * pow(0.6, Double(k)) + offset(s) } },
      statuses: Array(repeating: .iterationLimit, count: samples),
      limitPeriods: (0..<samples).map { LimitPeriod(rawValue: $0 < samples / 2 ? 1 : 2) },
      contractionFactors: (0..<samples).map { $0 < samples / 2 ? 0.5 : 1 },
      costs: SweepCosts(
        flops: (1...iterations).map { 4e4 * Double($0) }, seconds: (1...iterations).map { 0.01 * Double($0) }),
      source: .init(
        path: "sweeps/\(model)-\(seed).sweep.h5", contentHash: String(repeating: "ab", count: 32),
        configuration: "seed: 17\n"))
  }

  /// The same with four random starts of the first half of the samples, and Anderson's method beside.
  ///
  /// Start b of sample s at iteration t has the relative residual (1 + (s + b) mod 4) / t, and for its error ten times that: the smallest
  /// residual has the smallest error.
  static func broad(samples: Int = 8, iterations: Int = 4, starts: Int = 4) -> SweepRecord {
    var sweep = implicit(samples: samples, iterations: iterations)
    let half = samples / 2
    func curves(_ start: Int, _ factor: Double) -> SampleCurves {
      SampleCurves(
        samples: half, iterations: iterations,
        values: (0..<half).flatMap { s in (1...iterations).map { factor * Double(1 + (s + start) % 4) / Double($0) } })!
    }
    sweep.starts = StartCurves(
      error: (0..<starts).map { curves($0, 10) }, relativeResidual: (0..<starts).map { curves($0, 1) },
      spread: (0..<half).map { $0 == 0 ? 1e-3 : 0.5 })
    func all(_ value: (Int) -> Double) -> SampleCurves {
      SampleCurves(samples: samples, iterations: iterations, values: (0..<samples).flatMap { _ in (0..<iterations).map(value) })!
    }
    sweep.solvers = [
      SolverCurves(
        name: "anderson", error: all { 1 / Double(1 + $0) }, relativeResidual: all { $0 == 0 ? 0.5 : 1e-4 },
        evaluations: all { Double(2 * $0 + 1) })
    ]
    sweep.ratioMeanings = sweep.perturbations.map { "x over \($0)" }
    return sweep
  }

  static func explicit(_ model: String = "explicit-8", split: Split = .test, error: Double = 0.27) -> SweepRecord {
    SweepRecord(
      SweepFacts(
        caseStudy: "linear-programs", title: "a sweep", model: model, architecture: "explicit-gnn", isIterative: false,
        solver: "none", split: split, errorName: "relative error", seed: 0, parameterCount: 2_088, datasetHash: "0b",
        modelHash: "0a"),
      iterations: [1], draws: [0, 1, 2],
      error: SampleCurves(samples: 3, iterations: 1, values: [error - 0.1, error, error + 0.1])!,
      costs: SweepCosts(flops: [4.1e4], seconds: [0.011]),
      source: .init(path: "sweeps/\(model).sweep.h5", contentHash: String(repeating: "cd", count: 32)))
  }
}
