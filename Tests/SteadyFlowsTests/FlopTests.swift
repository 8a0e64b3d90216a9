import Foundation
import StudyKit
import Testing
import Torch

@testable import SteadyFlows

/// Floating-point operations of the Fourier networks, written out from their sizes: a real multiply-add counts as two, a complex one as
/// eight, a complex transform of N points as 5 N log2 N, a real one as half of that. Biases, GELU, normalisation and other element-wise
/// work are not counted.
@Suite struct FlopTests {
  /// B samples with two channels on N x N points, continued by p zeros.
  static let (b, channels, points) = (2, 2, 16)

  static func batch() throws -> SteadyFlowBatch {
    SteadyFlowBatch(input: try .zeros([b, channels, points, points]), solution: try .zeros([b, points, points]))
  }

  static func size(depth: Int, padding: Int, coordinates: Bool, modes: Int = 3) -> FourierNetworkSize {
    var size = FourierNetworkSize()
    (size.width, size.modes, size.depth, size.padding, size.coordinates) = (5, modes, depth, padding, coordinates)
    return size
  }

  /// Both transforms as matrix products, m columns and 2 m rows of modes, and the product of each mode with its w x w weights.
  static func convolution(_ w: Int, _ m: Int, _ side: Int) -> Int {
    let lines = 2 * (b * w * side) * side * (2 * m)
    let rows = 8 * (b * w) * (2 * m) * side * m
    return 2 * (lines + rows) + 8 * (2 * m * m) * b * w * w
  }

  /// The convolution, a perceptron of two w x w layers at each point, and one such layer beside it.
  static func layer(_ w: Int, _ m: Int, _ side: Int) -> Int { convolution(w, m, side) + 2 * b * side * side * 3 * w * w }

  struct Parts: Equatable {
    var lift, blocks, decoder: Double

    init(_ size: FourierNetworkSize) {
      let (w, m, side) = (size.width, size.modes, points + size.padding)
      lift = Double(2 * b * points * points * (channels + (size.coordinates ? 2 : 0)) * w)
      blocks = Double(size.depth * 3 * layer(w, m, side))
      decoder = Double(layer(w, m, side) + 2 * b * points * points * (w * 4 * w + 4 * w))
    }
  }

  static let sizes = [
    size(depth: 1, padding: 0, coordinates: false), size(depth: 2, padding: 9, coordinates: true),
    size(depth: 1, padding: 3, coordinates: true, modes: 8),
  ]

  @Test(arguments: sizes) func `fno-deq: lift, blocks of three layers in a step, decoder`(size: FourierNetworkSize) throws {
    let network = try ImplicitFourierNetwork(size, channels: Self.channels, points: (Self.points, Self.points))
    let batch = try Self.batch()
    let (context, inject) = try Runtime.countingFlops { try network.inject(batch) }
    let state = try network.initialState(context)
    let step = try Runtime.countingFlops { try network.step(state, context) }.flops
    let readout = try Runtime.countingFlops { try network.readout(state, context) }.flops
    let expected = Parts(size)
    #expect(inject == expected.lift)
    #expect(step == expected.blocks)
    #expect(readout == expected.decoder)
  }

  @Test(arguments: sizes, ExplicitFourierNetwork.Kind.allCases)
  func `Fno and fno-pp: the same parts, once`(size: FourierNetworkSize, kind: ExplicitFourierNetwork.Kind) throws {
    let network = try ExplicitFourierNetwork(kind, size, channels: Self.channels, points: (Self.points, Self.points))
    let batch = try Self.batch()
    let found = try Runtime.countingFlops { try network.predict(batch) }.flops
    let expected = Parts(size)
    #expect(found == expected.lift + expected.blocks + expected.decoder)
  }

  @Test func `A spectral convolution by FFTs: real transforms of the rows, complex ones of the kept columns, there and back`()
    throws
  {
    let (w, m, height, width) = (4, 3, 12, 16)
    let convolution = try SpectralConvolution(w, w, rows: m, columns: m)
    let basis = try SpectralBasis(height: height, width: width, rows: m, columns: m, method: .fft)
    let weights = try convolution.prepared(basis)
    let fields = try Tensor.zeros([Self.b, w, height, width])
    let found = try Runtime.countingFlops { try basis.convolved(fields, weights) }.flops
    let rows = Double(Self.b * w * height) * 2.5 * Double(width) * log2(Double(width))
    let columns = Double(Self.b * w * m) * 5 * Double(height) * log2(Double(height))
    let mixing = Double(8 * (2 * m * m) * Self.b * w * w)
    #expect(abs(found - (2 * (rows + columns) + mixing)) < 1e-9 * found)
  }
}
