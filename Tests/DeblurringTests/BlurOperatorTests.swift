import Support
import Testing
import Torch

@testable import Deblurring

@Suite struct BlurOperatorTests {
  static let sizes = ["32x32", "33x40"]

  @Test(arguments: sizes, ["random", "motion", "even", "per_channel"])
  func `Blur, adjoint and singular values are those of deepinv`(size: String, kernel: String) throws {
    let fixture = try Fixture("deblur.h5")
    let group = "blur/\(size)"
    let x = try fixture.tensor("\(group)/x")
    let blur = try fixture.blur("kernel/\(kernel)", height: x.shape[2], width: x.shape[3])
    #expect(try fixture.excess(blur.blurred(x), over: "\(group)/\(kernel)/A_x") < 1)
    #expect(try fixture.excess(blur.adjoint(fixture.tensor("\(group)/y")), over: "\(group)/\(kernel)/At_y") < 1)
    let singular = try blur.power.sqrt().select(0, 0).select(0, 0)
    #expect(try fixture.excess(singular, over: "\(group)/\(kernel)/singular_values") < 1)
  }

  @Test(arguments: sizes, ["random", "motion"])
  func `The proximal step and the data gradient are those of deepinv`(size: String, kernel: String) throws {
    let fixture = try Fixture("deblur.h5")
    let group = "blur/\(size)"
    let (x, y, z) = try (fixture.tensor("\(group)/x"), fixture.tensor("\(group)/y"), fixture.tensor("\(group)/z"))
    let blur = try fixture.blur("kernel/\(kernel)", height: x.shape[2], width: x.shape[3])
    for step in ["4.0", "0.5"] {
      let found = try blur.proximal(z, measurement: y, step: Tensor(scalar: #require(Double(step))))
      #expect(try fixture.excess(found, over: "\(group)/\(kernel)/prox_l2_gamma\(step)") < 1)
    }
    #expect(
      try fixture.excess(blur.dataGradient(x, measurement: y), over: "\(group)/\(kernel)/data_gradient") < 1)
  }

  @Test(arguments: sizes)
  func `Gradients through the proximal step are those of deepinv`(size: String) throws {
    let fixture = try Fixture("deblur.h5")
    let group = "blur/\(size)"
    let (x, y) = try (fixture.tensor("\(group)/x"), fixture.tensor("\(group)/y"))
    let z = try fixture.tensor("\(group)/z").tracked()
    let step = try Tensor(scalar: 0.7, type: .float64).tracked()
    let blur = try fixture.blur("kernel/motion", height: x.shape[2], width: x.shape[3])
    let value = try (blur.proximal(z, measurement: y, step: step) * x).sum()
    let gradients = try Autograd.gradients(of: [value], withRespectTo: [z, step])
    #expect(try fixture.excess(gradients[0], over: "\(group)/motion/prox_grad_z") < 1)
    // A sum of thousands of float32 numbers of both signs, mostly cancelling: the reference is off by 1e-4 of the step's size.
    let expected = try fixture.tensor("\(group)/motion/prox_grad_gamma").scalar()
    #expect(try abs(gradients[1].scalar() - expected) < 1e-3)
    let values = try Autograd.withoutTracking {
      try [0.7 - 1e-4, 0.7 + 1e-4].map {
        try (blur.proximal(z, measurement: y, step: Tensor(scalar: $0, type: .float64)) * x).sum().scalar()
      }
    }
    #expect(try abs(gradients[1].scalar() - (values[1] - values[0]) / 2e-4) < 1e-6)
  }

  @Test(arguments: [(32, 32), (17, 17), (21, 30), (30, 21)], [(1, 1), (5, 5), (4, 6), (17, 3), (9, 16)])
  func `Blur and adjoint are adjoint, for kernels of odd and even sides`(size: (Int, Int), kernel: (Int, Int)) throws {
    let kernels = try normal([2, 1, kernel.0, kernel.1], "kernel").abs()
    let blur = try BlurOperator(kernels: kernels, height: size.0, width: size.1)
    let (x, v) = try (normal([2, 3, size.0, size.1], "x"), normal([2, 3, size.0, size.1], "v"))
    let left = try (blur.blurred(x) * v).sum().scalar()
    let right = try (x * blur.adjoint(v)).sum().scalar()
    let scale = try blur.blurred(x).norm(dimensions: [0, 1, 2, 3]).scalar() * v.norm(dimensions: [0, 1, 2, 3]).scalar()
    #expect(abs(left - right) < 1e-12 * scale)
  }

  @Test func `The blur is a circular correlation with the centre in the middle`() throws {
    let (size, rows, columns) = (7, 3, 5)
    let (kernel, x) = try (normal([1, 1, rows, columns], "k"), normal([1, 1, size, size], "x"))
    let (k, values) = try (kernel.doubles(), x.doubles())
    let found = try BlurOperator(kernels: kernel, height: size, width: size).blurred(x).doubles()
    for p in 0..<size * size {
      var expected = 0.0
      for d in 0..<rows * columns {
        let row = (p / size + d / columns - (rows - 1) / 2 + size) % size
        let column = (p % size + d % columns - (columns - 1) / 2 + size) % size
        expected += k[d] * values[row * size + column]
      }
      #expect(abs(found[p] - expected) < 1e-12)
    }
  }

  @Test(arguments: [0.3, 4, 50]) func `The proximal step solves its linear system`(step: Double) throws {
    let size = 6
    let blur = try BlurOperator(
      kernels: Tensor(BlurKernel.gaussian(size: 5, deviation: 1).weights, shape: [1, 1, 5, 5]), height: size, width: size)
    // The matrix of A, column by column, from its action on unit images.
    let units = try Tensor.identity(size * size, type: .float64).reshaped([size * size, 1, size, size])
    let a = try blur.blurred(units).reshaped([size * size, size * size]).transposed()
    let (y, z) = try (normal([size * size, 1], "y"), normal([size * size, 1], "z"))
    let system = try a.transposed().matmul(a) + Tensor.identity(size * size, type: .float64) / step
    let expected = try system.solved(a.transposed().matmul(y) + z / step)
    let found = try blur.proximal(
      z.reshaped([1, 1, size, size]), measurement: y.reshaped([1, 1, size, size]), step: Tensor(scalar: step))
    #expect(try (found.reshaped([size * size, 1]) - expected).abs().maximum().scalar() < 1e-12 * max(1, step))
  }

  @Test func `The affine steps are the gradient and the proximal step`() throws {
    let kernels = try normal([2, 1, 5, 5], "k")
    let blur = try BlurOperator(kernels: kernels, height: 9, width: 12)
    let (y, z) = try (normal([2, 3, 9, 12], "y"), normal([2, 3, 9, 12], "z"))
    let step = try Tensor(scalar: 0.8)
    let found = try AffineStep.gradient(blur, measurement: y, step: step)(z)
    let expected = try z - blur.dataGradient(z, measurement: y) * 0.8
    #expect(try (found - expected).abs().maximum().scalar() < 1e-11)
  }

  @Test func `A kernel larger than the image is refused`() throws {
    let failure = try #require(throws: Failure.self) {
      _ = try BlurOperator(kernels: normal([1, 1, 9, 9], "k"), height: 8, width: 12)
    }
    #expect(failure.problem.contains("8 x 12"))
  }
}
