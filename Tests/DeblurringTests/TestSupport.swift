import Configuration
import Foundation
import HDF5
import StudyKit
import Support
import TestSupport
import Testing
import Torch

@testable import Deblurring

/// A file of Tests/Fixtures with results of deepinv 0.3.3.
struct Fixture {
  let file: File

  init(_ name: String) throws {
    file = try File.open(fixturePath(name))
  }

  /// A dataset in float64.
  func tensor(_ path: String) throws -> Tensor {
    let dataset = try file.dataset(path)
    return try Tensor(dataset.read(Double.self), shape: dataset.shape)
  }

  func integers(_ path: String) throws -> [Int] { try file.dataset(path).read(Int64.self).map { Int($0) } }

  /// Kernels as operators take them, `[1, C, h, w]`.
  func blur(_ kernel: String = "kernel", height: Int, width: Int) throws -> BlurOperator {
    try BlurOperator(kernels: tensor(kernel), height: height, width: width)
  }

  /// The largest difference from a dataset, relative to what the fixture allows: 1e-5 of its largest entry, or ten times the rounding
  /// of the reference itself.
  func excess(_ value: Tensor, over path: String) throws -> Double {
    let expected = try tensor(path)
    guard expected.shape == value.shape else { return .infinity }
    let dataset = try file.dataset(path)
    let rounding =
      try dataset.hasAttribute("float64_max_abs_diff") ? dataset.attribute("float64_max_abs_diff", as: Double.self) : 0
    let scale = try expected.abs().maximum().scalar()
    return try (value.to(type: .float64) - expected).abs().maximum().scalar() / max(1e-5 * scale, 10 * rounding)
  }

  /// Names of the datasets of a group.
  func names(_ group: String) throws -> [String] { try file.group(group).children().map(\.name) }

  /// Gives a module the parameters of a group; the names must be the same.
  func load(_ group: String, into module: some Module, prefix: String = "") throws {
    #expect(Set(try names(group).map { prefix + $0 }) == Set(module.parameters.names.filter { $0.hasPrefix(prefix) }))
    for (name, parameter) in module.parameters where name.hasPrefix(prefix) {
      try parameter.assign(tensor("\(group)/\(name.dropFirst(prefix.count))"))
    }
  }

  /// Compares gradients with a group of them; the reference rounds in float32.
  func expectGradients(_ group: String, _ gradients: [Tensor], of module: some Module) throws {
    for (name, gradient) in zip(module.parameters.names, gradients) where try file.contains("\(group)/\(name)") {
      let expected = try tensor("\(group)/\(name)")
      let scale = try expected.abs().maximum().scalar()
      let difference = try (gradient - expected).abs().maximum().scalar()
      #expect(difference <= 2e-4 * scale + 1e-9, "\(name): \(difference) of \(scale)")
    }
  }
}

/// Standard normal numbers.
func normal(_ shape: [Int], _ stream: String, index: Int = 0) throws -> Tensor {
  var random = KeyedRandom(seed: 5, stream: stream, index: UInt64(index))
  return try Tensor(random.normals(shape.reduce(1, *)), shape: shape)
}

/// Configurations of small pipelines.
func configuration(_ text: String, _ overrides: [String] = []) throws -> ExperimentConfiguration<DeblurringStudy> {
  try ExperimentConfiguration(ConfigurationDocument.parse(text, name: "test.yaml", overrides: overrides))
}
