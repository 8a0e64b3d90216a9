import Foundation
import Testing

@testable import Torch

/// Counts of single operators, written out from the sizes. A real multiply-add is 2 operations, a complex one 8; a complex transform of
/// N points 5 N log2 N, a real one half of that.
@Suite struct FlopTests {
  static func flops(_ body: () throws -> Tensor) throws -> Double { try Runtime.countingFlops(body).flops }

  static func zeros(_ shape: Int..., type: DType = .float32) throws -> Tensor { try .zeros(shape, type: type) }

  @Test func `A product of m x k and k x n is 2 m n k, for any form of it`() throws {
    let (a, b) = try (Self.zeros(3, 4), Self.zeros(4, 5))
    let mnk = Double(3 * 4 * 5)
    #expect(try Self.flops { try a.matmul(b).sum() } == 2 * mnk)
    #expect(try Self.flops { try a.tracked().matmul(b) } == 2 * mnk)
    #expect(try Self.flops { try Operator("aten::mm")(.tensor(a), .tensor(b)) } == 2 * mnk)
    #expect(try Self.flops { try Operator("aten::addmm")(.tensor(Self.zeros(5)), .tensor(a), .tensor(b)) } == 2 * mnk)
    #expect(try Self.flops { try a.matmul(Self.zeros(4)) } == 2 * 3 * 4)
    #expect(try Self.flops { try Self.zeros(4).matmul(b) } == 2 * 4 * 5)
    #expect(try Self.flops { try Self.zeros(4).matmul(Self.zeros(4)) } == 2 * 4)
    // The batch of one factor, or of both, broadcast.
    #expect(try Self.flops { try Self.zeros(7, 3, 4).matmul(b) } == 7 * 2 * mnk)
    #expect(try Self.flops { try a.matmul(Self.zeros(7, 4, 5)) } == 7 * 2 * mnk)
    #expect(try Self.flops { try Self.zeros(7, 1, 3, 4).matmul(Self.zeros(2, 4, 5)) } == 14 * 2 * mnk)
    #expect(
      try Self.flops { try Operator("aten::bmm")(.tensor(Self.zeros(7, 3, 4)), .tensor(Self.zeros(7, 4, 5))) } == 7 * 2 * mnk)
    #expect(try Self.flops { try Self.zeros(7, 3, 4).linear(Self.zeros(5, 4), Self.zeros(5)) } == 7 * 2 * mnk)
    #expect(try Self.flops { try Self.zeros(0, 4).matmul(b) } == 0)
    #expect(try Self.flops { try Self.zeros(3, 0).matmul(Self.zeros(0, 5)) } == 0)
  }

  @Test func `A complex multiply-add is 8 operations`() throws {
    let (a, b) = try (Self.zeros(3, 4, type: .complex64), Self.zeros(4, 5, type: .complex64))
    #expect(try Self.flops { try a.matmul(b) } == 8 * 3 * 4 * 5)
    #expect(try Self.flops { try a.linear(Self.zeros(5, 4, type: .complex64), nil) } == 8 * 3 * 4 * 5)
    let vector = try Self.zeros(6, type: .complex128)
    #expect(try Self.flops { try Operator("aten::vdot")(.tensor(vector), .tensor(vector)) } == 8 * 6)
  }

  @Test(arguments: [false, true]) func `A convolution is 2 operations for each element of the output and weight it sees`(
    same: Bool
  ) throws {
    let (image, kernel) = try (Self.zeros(2, 6, 8, 8), Self.zeros(4, 3, 3, 3))
    let found = try Self.flops {
      same
        ? try Operator("aten::conv2d.padding")(
          .tensor(image), .tensor(kernel), .none, .ints([1, 1]), .text("same"), .ints([1, 1]), .int(2))
        : try Operator("aten::conv2d")(
          .tensor(image), .tensor(kernel), .none, .ints([2, 2]), .ints([1, 1]), .ints([1, 1]), .int(2))
    }
    let points = same ? 8 * 8 : 4 * 4
    #expect(found == Double(2 * (2 * 4 * points) * (3 * 3 * 3)))
  }

  @Test func `A convolution without a batch axis, and one with a single stride for both axes, count`() throws {
    let found = try Self.flops {
      try Operator("aten::conv2d")(.tensor(Self.zeros(3, 8, 8)), .tensor(Self.zeros(5, 3, 3, 3)), .none, .ints([2]), .ints([1]))
    }
    #expect(found == Double(2 * (5 * 4 * 4) * (3 * 3 * 3)))
  }

  @Test func `A transposed convolution is 2 operations for each element of the input and weight it meets`() throws {
    let found = try Self.flops {
      try Operator("aten::conv_transpose2d.input")(
        .tensor(Self.zeros(2, 6, 4, 4)), .tensor(Self.zeros(6, 5, 2, 2)), .none, .ints([2, 2]))
    }
    #expect(found == Double(2 * (2 * 6 * 4 * 4) * (5 * 2 * 2)))
  }

  @Test func `Attention is two products`() throws {
    let (queries, keys, values) = try (Self.zeros(2, 3, 5, 8), Self.zeros(2, 3, 7, 8), Self.zeros(2, 3, 7, 4))
    let found = try Self.flops {
      try Operator("aten::scaled_dot_product_attention")(.tensor(queries), .tensor(keys), .tensor(values))
    }
    #expect(found == Double(2 * 3 * (2 * 5 * 7 * 8 + 2 * 5 * 7 * 4)))
  }

  @Test func `A transform is 5 N log2 N along its own axis, half of it where one side is real`() throws {
    let full = 5 * 16.0 * 4  // N = 16
    let complex = try Self.zeros(3, 16, 2, type: .complex64)
    #expect(try Self.flops { try complex.fourierCoefficients(dimension: 1) } == 6 * full)
    #expect(try Self.flops { try complex.fourierSum(dimension: 1) } == 6 * full)
    #expect(try Self.flops { try Self.zeros(3, 16, 2).realFourierCoefficients(dimension: 1) } == 6 * full / 2)
    // Back from the half spectrum of 9 coefficients: the same work as forward.
    #expect(try Self.flops { try Self.zeros(3, 9, 2, type: .complex64).realFourierSum(dimension: 1, count: 16) } == 6 * full / 2)
    // From fewer coefficients than there are, too.
    #expect(try Self.flops { try Self.zeros(3, 4, 2, type: .complex64).realFourierSum(dimension: 1, count: 16) } == 6 * full / 2)
    #expect(try Self.flops { try Operator("aten::fft_rfft")(.tensor(Self.zeros(3, 5)), .int(16)) } == 3 * full / 2)
  }

  @Test func `Transforms of two axes have the product of both as N`() throws {
    let points = Double(8 * 12)
    let full = 5 * points * log2(points)
    let (real, half) = try (Self.zeros(3, 8, 12), Self.zeros(3, 8, 7, type: .complex64))
    for name in ["aten::fft_fft2", "aten::fft_ifft2"] {
      #expect(try Self.flops { try Operator(name)(.tensor(Self.zeros(3, 8, 12, type: .complex64))) } == 3 * full)
    }
    #expect(try Self.flops { try Operator("aten::fft_rfft2")(.tensor(real)) } == 3 * full / 2)
    #expect(try Self.flops { try Operator("aten::fft_irfft2")(.tensor(half), .ints([8, 12])) } == 3 * full / 2)
    #expect(try Self.flops { try Operator("aten::fft_rfftn")(.tensor(real), .none, .ints([1, 2])) } == 3 * full / 2)
    #expect(try Self.flops { try Operator("aten::fft_rfft2")(.tensor(Self.zeros(3, 5, 5)), .ints([8, 12])) } == 3 * full / 2)
  }

  @Test func `Our own kernels count what they multiply`() throws {
    let network = try TwoLayerPerceptron(5, 7, 2)
    #expect(try Self.flops { try network(Self.zeros(11, 3), beside: Self.zeros(11, 2)) } == Double(2 * 11 * (5 * 7 + 7 * 2)))
    let matrix = try SparseMatrix(
      rows: 3, columns: 4, starts: [0, 2, 2, 4], columnIndices: [1, 3, 0, 3], values: Self.zeros(4))
    #expect(try Self.flops { try matrix.product(Self.zeros(4, 6)) } == Double(2 * 4 * 6))
    // N = 8: K = 2, so 3 waves, 6 reals in a line, and 5 points 0 ... N / 2 along x; along y all 8 lines of 8 points.
    let transform = Double(2 * (2 * 5 * 3 * 6 + 8 * 8 * 6))
    let (modes, velocity) = try (Self.zeros(10, 5, 3, type: .complex64), Self.zeros(10, 2, 8, 8))
    #expect(try Self.flops { try Operator("implicit::periodic_fields")(.tensor(modes), .int(8)) } == 10 * transform)
    #expect(try Self.flops { try Operator("implicit::periodic_modes")(.tensor(velocity)) } == 20 * transform)
    #expect(try Self.flops { try Operator("implicit::advection_change")(.tensor(modes), .tensor(velocity)) } == 40 * transform)
  }

  @Test func `element-wise work, gradients and failed calls are not counted`() throws {
    let a = try Self.zeros(4, 4).tracked()
    let loss = try a.matmul(a).sum()
    #expect(try Runtime.countingFlops { try Autograd.gradients(of: [loss], withRespectTo: [a]) }.flops == 0)
    #expect(try Self.flops { try (a * 2 + a).exp().sum() } == 0)
    #expect(
      try Self.flops {
        _ = try? a.matmul(Self.zeros(3, 3))
        return a
      } == 0)
  }
}
