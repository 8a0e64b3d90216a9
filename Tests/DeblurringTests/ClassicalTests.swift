import Foundation
import StudyKit
import Support
import Testing
import Torch

@testable import Deblurring

/// The classical rivals of the networks.
@Suite struct ClassicalTests {
  let images: Tensor
  let kernel: Tensor

  init() throws {
    var random = KeyedRandom(seed: 4, stream: "classical")
    images = try Tensor(random.uniforms(2 * 3 * 8 * 8), shape: [2, 3, 8, 8])
    kernel = try Tensor([0.05, 0.1, 0.05, 0, 0.6, 0, 0, 0.2, 0], shape: [1, 1, 3, 3])
  }

  func batch(_ kernel: Tensor, noise: Double = 0) throws -> DeblurringBatch {
    let blur = try BlurOperator(kernels: kernel, height: 8, width: 8)
    var random = KeyedRandom(seed: 5, stream: "classical")
    let measurements = try blur.blurred(images) + Tensor(random.normals(images.count), shape: images.shape) * noise
    return try DeblurringBatch(
      draws: [0, 1], images: images, measurements: measurements, kernels: kernel.expanded([2, 1, 3, 3]))
  }

  private func solved(_ model: TotalVariation, _ batch: DeblurringBatch, _ steps: Int) throws -> Tensor {
    try Autograd.withoutTracking {
      let context = try model.inject(batch)
      var state = try model.initialState(context)
      for _ in 0..<steps { state = try model.step(state, context) }
      return try model.readout(state, context)
    }
  }

  private func variation(weight: Double) throws -> TotalVariation {
    let model = try TotalVariation(weight: weight, step: 1)
    for (_, parameter) in model.parameters { try parameter.assign(parameter.value.to(type: .float64)) }
    return model
  }

  private func objective(_ x: Tensor, _ batch: DeblurringBatch, _ weight: Double) throws -> Double {
    let misfit = try batch.blur.blurred(x) - batch.measurements
    let (down, right) = try (x.rolled([-1], dimensions: [2]) - x, x.rolled([-1], dimensions: [3]) - x)
    let lengths = try (down * down + right * right).sum(dimensions: [1]).sqrt()
    return try (misfit * misfit).sum().scalar() / 2 + weight * lengths.sum().scalar()
  }

  @Test func `Total variation comes to the minimum of its objective`() throws {
    let weight = 0.02
    let data = try batch(kernel, noise: 0.05)
    let model = try variation(weight: weight)
    let found = try solved(model, data, 700)
    let least = try objective(found, data, weight)
    #expect(try least < objective(solved(model, data, 20), data, weight))
    var random = KeyedRandom(seed: 6, stream: "classical")
    for size in [1e-3, 1e-2, 0.1] {
      for _ in 0..<10 {
        let other = try found + Tensor(random.normals(images.count), shape: images.shape) * size
        #expect(try objective(other, data, weight) > least)
      }
    }
    #expect(try abs(objective(solved(model, data, 900), data, weight) - least) < 1e-6 * least)
  }

  @Test func `Without weight total variation gives the measurement back, with much of it the mean of every channel`() throws {
    let identity = try Tensor([0, 0, 0, 0, 1, 0, 0, 0, 0], shape: [1, 1, 3, 3])
    let data = try batch(identity)
    #expect(try (solved(variation(weight: 1e-12), data, 500) - images).abs().maximum().scalar() < 1e-9)
    let means = try images.mean(dimensions: [2, 3], keeping: true)
    #expect(try (solved(variation(weight: 4), data, 1500) - means).abs().maximum().scalar() < 1e-3)
  }

  @Test func `The Wiener filter inverts the blur where nothing is penalised, and keeps the mean in any case`() throws {
    let data = try batch(kernel)
    let filter = try WienerFilter(noiseLevel: 1)
    func set(_ name: String, _ value: Double) throws {
      for (found, parameter) in filter.parameters where found == name {
        try parameter.assign(Tensor(scalar: value, type: .float64))
      }
    }
    try set("exponent", 2)
    try set("log_penalty", -60)
    #expect(try (filter.predict(data) - images).abs().maximum().scalar() < 1e-9)
    try set("log_penalty", 20)
    let means = try images.mean(dimensions: [2, 3], keeping: true)
    #expect(try (filter.predict(data) - means).abs().maximum().scalar() < 1e-6)
    // Tikhonov's filter for p = 0, by its formula; the penalty of f = 0 is left out.
    try set("exponent", 0)
    try set("log_penalty", log(0.3))
    let spectrum = try data.measurements.halfSpectrum() * data.blur.transfer / (data.blur.power + 0.3)
    let difference = try filter.predict(data) - data.blur.image(spectrum)
    let mean = try difference.mean(dimensions: [2, 3], keeping: true)
    #expect(try (difference - mean).abs().maximum().scalar() < 1e-12)
  }
}
