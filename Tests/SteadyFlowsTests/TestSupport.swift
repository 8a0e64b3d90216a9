import Configuration
import Foundation
import HDF5
import Records
import Stages
import StudyKit
import Support
import TestSupport
import Torch

@testable import SteadyFlows

extension File {
  /// A float dataset as a tensor.
  func tensor(_ path: String, type: DType = .float32) throws -> Tensor {
    let dataset = try dataset(path)
    return try Tensor(dataset.read(Double.self), shape: dataset.shape, type: type)
  }
}

/// max |a - b| / max |b|
func relativeDifference(_ found: Tensor, _ expected: Tensor) throws -> Double {
  guard found.shape == expected.shape else { return .infinity }
  return try relativeDifference(found.doubles(), expected.doubles())
}

enum ExampleFlow {
  /// A field on N x N points, `[1, N, N]`, float64.
  static func field(_ size: Int, _ value: (Double, Double) -> Double) throws -> Tensor {
    let points = (0..<size).map { 2 * Double.pi * Double($0) / Double(size) }
    return try Tensor(points.flatMap { x in points.map { value(x, $0) } }, shape: [1, size, size])
  }

  /// Modes of random smooth vorticities with waves up to `limit`, `[count, 2 K + 1, K + 1]`; the same ones on every grid.
  static func random(_ grid: PeriodicGrid, count: Int = 1, limit: Int = 3, deviation: Double = 0.3, seed: UInt64 = 1) throws
    -> Tensor
  {
    var distribution = ForcingDistribution()
    distribution.deviation = deviation
    distribution.highestWave = limit
    let values = (0..<count).flatMap { sample in
      var random = KeyedRandom(seed: seed, stream: "test", index: UInt64(sample))
      return distribution.modes(cutoff: grid.cutoff, random: &random)
    }
    return try Tensor(values, shape: [count, 2 * grid.cutoff + 1, grid.cutoff + 1, 2]).complexView()
  }

  /// Curls of forces like those of the demo.
  static func forcing(_ grid: PeriodicGrid, count: Int = 1, seed: UInt64 = 1) throws -> Tensor {
    try random(grid, count: count, limit: 4, deviation: 0.01, seed: seed)
  }
}

/// The stages of a small pipeline in a folder of their own.
final class Workbench {
  let folder: String
  private static let text = """
    case_study: steady-flows
    dataset:
      size: 15
      viscosity: 0.05
      forcing: {highest_wave: 3}
      largest_tail: 0.5
      scales: {input: 0.01, solution: 0.1}
      train: {attempts: 40, keep: 8}
      test: {attempts: 40, keep: 3}
    models:
      implicit: {architecture: fno-deq, width: 4, modes: 3, padding: 0, coordinates: false}
      explicit: {architecture: fno, width: 4, modes: 3, padding: 0, coordinates: false}
    training:
      batch_size: 4
      chunk: 2
      symmetries: [translations, rotations, reflections]
      phases:
        - {steps: 3, iterations: 2, learning_rate: 1e-3}
        - {steps: 2, iterations: 4, learning_rate: 1e-3, adjoint: {name: phantom, solver: {name: anderson}}}
    sweep: {iterations: 3, splits: [test], perturbations: {frequencies: [0.1, 0.9]}}
    """

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "steady-flows-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func configuration(_ overrides: [String] = []) throws -> ExperimentConfiguration<SteadyFlowStudy> {
    try ExperimentConfiguration(ConfigurationDocument.parse(Self.text, name: "test.yaml", overrides: overrides))
  }

  @discardableResult
  func generate(_ name: String = "dataset", shard: Shard? = nil, _ overrides: String...) throws -> String {
    let path = "\(folder)/\(name).h5"
    _ = try GenerateStage(output: path, shard: shard, threads: 2, progress: nil).run(configuration(overrides))
    return path
  }

  /// - Returns: the content hash of the model.
  @discardableResult
  func train(_ model: String, threads: Int = 1, _ overrides: String...) throws -> String {
    try TrainStage(
      modelName: model, dataset: "\(folder)/dataset.h5", output: "\(folder)/\(model).h5", resumes: false,
      threads: threads, device: .cpu, progress: nil, replaces: true
    ).run(configuration(overrides))
  }

  @discardableResult
  func sweep(_ model: String, _ overrides: String...) throws -> String {
    let path = "\(folder)/\(model).sweep.h5"
    _ = try SweepStage(
      model: "\(folder)/\(model).h5", dataset: "\(folder)/dataset.h5", split: .test, output: path, threads: 1,
      device: .cpu, progress: nil
    ).run(configuration(overrides))
    return path
  }
}
