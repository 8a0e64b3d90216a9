import StudyKit
import Testing
import Torch

@testable import Deblurring

@Suite struct PerturbationTests {
  @Test(arguments: ["32x32", "24x40"]) func `Frequencies are among those that the published rule may pick`(size: String) throws {
    let fixture = try Fixture("deblur.h5")
    let group = "perturbation/\(size)"
    let (height, width) = try (fixture.tensor("\(group)/delta_x").shape[2], fixture.tensor("\(group)/delta_x").shape[3])
    let (offsets, members) = try (fixture.integers("\(group)/tie_offsets"), fixture.integers("\(group)/tie_members"))
    for (number, position) in try fixture.tensor("\(group)/freqs").doubles().enumerated() {
      // The fixture stores 0.1 as float32 would print it; ranks are the same.
      let (u, v) = DeblurringPerturbation.coefficient(height: height, width: width, position: position)
      let admissible = (offsets[number]..<offsets[number + 1]).map { [members[2 * $0], members[2 * $0 + 1]] }
      #expect(admissible.contains([u, v]), "\(position): \(u), \(v)")
    }
  }

  @Test(arguments: ["32x32", "24x40"]) func `The change of image and measurement is the published one`(size: String) throws {
    let fixture = try Fixture("deblur.h5")
    let group = "perturbation/\(size)"
    let expected = try fixture.tensor("\(group)/delta_x")
    let (height, width) = (expected.shape[2], expected.shape[3])
    let picked = try fixture.integers("\(group)/picked")
    let changes = try (0..<5).map { number in
      try DeblurringPerturbation.wave(
        u: picked[5 * number + 1], v: picked[5 * number + 2], amplitude: 0.01, height: height, width: width,
        options: TensorOptions(type: .float64)
      ).expanded([1, 3, height, width])
    }
    let change = try Tensor.concatenated(changes, dimension: 0)
    #expect(try fixture.excess(change, over: "\(group)/delta_x") < 1)
    let blur = try fixture.blur("kernel/motion", height: height, width: width)
    #expect(try fixture.excess(blur.blurred(change), over: "\(group)/delta_y") < 1)
    #expect(try fixture.excess(blur.blurred(change).sampleNorms(), over: "\(group)/delta_y_norm") < 1)
  }

  @Test func `A perturbed batch is the measurement of the perturbed image, at the stated distance`() throws {
    let (images, noise) = try (normal([2, 3, 16, 16], "x"), normal([2, 3, 16, 16], "n"))
    let kernels = try normal([2, 1, 5, 5], "k")
    let blur = try BlurOperator(kernels: kernels, height: 16, width: 16)
    let batch = try DeblurringBatch(
      draws: [0, 1], images: images, measurements: blur.blurred(images) + noise, kernels: kernels)
    let change = try DeblurringPerturbation(position: 0.3, amplitude: 0.01)
      .change(height: 16, width: 16, options: TensorOptions(type: .float64))
    let (moved, distances) = try batch.moved(by: change)
    #expect(try (moved.measurements - blur.blurred(moved.images) - noise).abs().maximum().scalar() < 1e-12)
    let found = try (moved.measurements - batch.measurements).sampleNorms().doubles()
    #expect(zip(found, distances).allSatisfy { abs($0 - $1) < 1e-12 })
  }
}
