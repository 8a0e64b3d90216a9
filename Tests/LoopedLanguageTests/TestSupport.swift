import Foundation
import HDF5
import StudyKit
import TestSupport
import Torch

@testable import LoopedLanguage

/// A JSON fixture.
func fixture<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
  try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(fileURLWithPath: fixturePath(name))))
}

extension File {
  /// A float32 or int64 dataset as a tensor.
  func tensor(_ path: String) throws -> Tensor {
    let dataset = try dataset(path)
    if case .integer = dataset.type { return try Tensor(integers: dataset.read(Int64.self), shape: dataset.shape) }
    return try Tensor(floats: dataset.read(Float.self), shape: dataset.shape)
  }
}

func largestDifference(_ a: Tensor, _ b: Tensor) throws -> Double {
  try a.shape == b.shape ? (a.to(type: .float64) - b.to(type: .float64)).abs().maximum().scalar() : .infinity
}

/// A folder that is removed with the object.
final class Workspace {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "looped-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A copy of a checkpoint of Tests/Fixtures.
  func checkpoint(_ name: String = "huginn_tiny") throws -> String {
    let folder = "\(path)/\(name)-\(UUID().uuidString)"
    try FileManager.default.copyItem(atPath: fixturePath(name), toPath: folder)
    return folder
  }
}

/// A small looped transformer with random weights.
func smallTransformer(
  prelude: Int = 1, core: Int = 1, coda: Int = 1, startDeviation: Double = 0, seed: UInt64 = 3
) throws -> LoopedTransformer {
  let sizes = TransformerSizes(
    vocabulary: 22, width: 12, heads: 2, intermediate: 10, prelude: prelude, core: core, coda: coda, blockSize: 24,
    startDeviation: startDeviation)
  let model = try LoopedTransformer(sizes)
  try model.initialize(seed: seed, depth: 3)
  // Far from the published start: all parts matter.
  for (name, parameter) in model.parameters {
    let noise = try Initialization.normal(parameter.value.shape, deviation: 0.3, seed: seed, name: "noise/\(name)")
    try parameter.assign(parameter.value + noise.to(type: .float32))
  }
  return model
}
