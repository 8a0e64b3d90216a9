import Foundation
import Synchronization
import Torch

/// The lowest Fourier modes of fields on H x W points, mixed by complex weights (Li et al., "Fourier neural operator for parametric
/// partial differential equations", ICLR 2021):
///
///     y_o(k) = sum_i x_i(k) w_io(k),   kx = 0 ... m-1 (weights1) and -m ... -1 (weights2), ky = 0 ... m-1; y(k) = 0 elsewhere.
///
/// `[B, I, H, W]` -> `[B, O, H, W]`. As in the reference, y is the real part of the inverse transform, the row blocks may
/// overlap (2 m > H), where weights2 wins, and ky = W / 2 counts once.
public struct SpectralConvolution: Module {
  /// `[I, O, m, m, 2]`: real and imaginary parts, for the rows kx >= 0.
  public let weights1: Parameter
  /// The same for the rows kx < 0.
  public let weights2: Parameter

  public init(_ inputs: Int, _ outputs: Int, rows: Int, columns: Int, type: DType = .float32) throws {
    let shape = [inputs, outputs, rows, columns, 2]
    weights1 = try Parameter(.zeros(shape, type: type), isComplexPair: true)
    weights2 = try Parameter(.zeros(shape, type: type), isComplexPair: true)
  }

  /// Complex weights of low modes, named as in the published code.
  public var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("weights1", weights1)
    named.add("weights2", weights2)
    return named
  }

  /// The weights mode by mode, complex `[modes, I, O]`, rows as in the basis. Done once for many applications.
  func prepared(_ basis: SpectralBasis) throws -> Tensor {
    let (first, second) = try (weights1.value.complexView(), weights2.value.complexView())
    let all = try Tensor.concatenated([first.narrow(2, from: 0, count: basis.rows.firstCount), second], dimension: 2)
    return try all.permuted([2, 3, 0, 1]).reshaped([-1, first.shape[0], first.shape[1]])
  }
}

extension SpectralBasis {
  /// The convolution with prepared weights: `[B, I, H, W]` -> `[B, O, H, W]`.
  func convolved(_ fields: Tensor, _ weights: Tensor) throws -> Tensor {
    try self.fields(of: modes(of: fields).matmul(weights))
  }
}
