import Configuration
import Equilibrium
import Foundation
import Records
import Stages
import StudyKit
import Support
import Testing
import Torch

@testable import ScalarMaps

/// Every map of the library, piecewise ones at a few levels.
let library: [TargetMap] = TargetMap.Kind.allCases.flatMap { kind in
  (kind == .ramps || kind == .zigzag ? [5.0, 17.3, 50] : [nil]).map { try! TargetMap(kind, level: $0) }
}

/// Maps that are not in the library: a pole anywhere, and a piecewise linear map with random knots, some of them close.
func randomTargets(_ count: Int, seed: UInt64) -> [TargetMap] {
  var random = KeyedRandom(seed: seed, stream: "random targets")
  return (0..<count).map { index in
    if index % 3 == 0 {
      return TargetMap(.reciprocal, level: 0, profile: Reciprocal(pole: random.uniform(-3, 3)))
    }
    let knots = Set(random.uniforms(2 + random.integer(below: 12), -3, 3)).sorted()
    let height = pow(10, random.uniform(-1, 2))
    return TargetMap(
      .ramps, level: 5, profile: PiecewiseLinear(knots: knots, values: random.uniforms(knots.count, -height, height)))
  }
}

extension TargetMap {
  /// Random points of the domain in a random window, half of them near singularities and kinks, where things go wrong.
  func randomPoints(_ count: Int, seed: UInt64) -> [[Double]] {
    var random = KeyedRandom(seed: seed, stream: "points of \(name)")
    let center = 0.5 * (window.lowerBound + window.upperBound)
    let half = 0.5 * (window.upperBound - window.lowerBound) * random.uniform(0.2, 3)
    let special = profile.singularities(in: (center - half)...(center + half)) + profile.kinks
    var points: [[Double]] = []
    while points.count < count {
      var s = random.uniform(center - half, center + half)
      if points.count % 2 == 1, !special.isEmpty {
        let away = pow(10, random.uniform(-7, 0))
        s = special[random.integer(below: special.count)] + (random.bernoulli(0.5) ? away : -away)
      }
      let angle = random.uniform(0, 2 * .pi)
      let point = dimension == 1 ? [s] : [s * cos(angle), s * sin(angle)]
      if gap(at: point) > 0 { points.append(point) }
    }
    return points
  }
}

/// y_0 ... y_K of an operator at some points: `[k][sample]`.
func iterates(_ model: ConstructedOperator, at points: [[Double]], count: Int) throws -> [[Double]] {
  let batch = try ScalarMapBatch(
    Array(repeating: model.target, count: points.count), points, values: points.map(model.target.value(at:)),
    options: TensorOptions(type: .float64))
  let context = try model.inject(batch)
  var outputs: [[Double]] = []
  _ = try fixedPoint(
    of: { try model.step($0, context) }, from: model.initialState(context),
    settings: SolverSettings(.picard(Picard()), stopping: .exactly(count))
  ) { outputs.append(try model.readout($0.state, context).doubles()) }
  return outputs
}

/// A pipeline in a folder of its own.
final class Workbench {
  let folder: String
  let text: String

  init(_ text: String) throws {
    self.text = text
    folder = FileManager.default.temporaryDirectory.appending(path: "scalar-maps-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func configuration(_ overrides: [String] = []) throws -> ExperimentConfiguration<ScalarMapStudy> {
    try ExperimentConfiguration(ConfigurationDocument.parse(text, name: "test.yaml", overrides: overrides))
  }

  @discardableResult
  func generate(_ name: String = "dataset", shard: Shard? = nil, _ overrides: String...) throws -> String {
    let path = "\(folder)/\(name).h5"
    _ = try GenerateStage(output: path, shard: shard, threads: 2, progress: nil).run(configuration(overrides))
    return path
  }

  @discardableResult
  func train(_ model: String, dataset: String = "dataset", _ overrides: String...) throws -> String {
    let path = "\(folder)/\(model).h5"
    _ = try TrainStage(
      modelName: model, dataset: "\(folder)/\(dataset).h5", output: path, resumes: false, threads: 1, device: .cpu,
      progress: nil, replaces: true
    ).run(configuration(overrides))
    return path
  }

  @discardableResult
  func sweep(_ model: String, dataset: String = "dataset", _ overrides: String...) throws -> String {
    let path = "\(folder)/\(model).sweep.h5"
    _ = try SweepStage(
      model: "\(folder)/\(model).h5", dataset: "\(folder)/\(dataset).h5", split: .test, output: path, threads: 1,
      device: .cpu, progress: nil
    ).run(configuration(overrides))
    return path
  }
}
