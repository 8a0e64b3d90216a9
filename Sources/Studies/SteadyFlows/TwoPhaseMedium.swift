import Foundation
import Support
import Torch

/// The coefficients of the benchmark of Li et al. ("Fourier neural operator", ICLR 2021): a two-valued medium, 12 where a
/// Gaussian random field with covariance (-laplace + 9)^-2 and Neumann conditions is at least 0, and 3 elsewhere.
public struct TwoPhaseMedium: Equatable, Sendable {
  /// a where the random field is positive.
  public var high = 12.0
  /// a elsewhere.
  public var low = 3.0
  /// Cosine modes in each direction that the field is made of.
  private static let modes = 64

  public init() {}

  /// a in the middles of N x N cells for some draws, `[B, N, N]`.
  func coefficients(size: Int, randoms: [KeyedRandom]) throws -> Tensor {
    let m = Self.modes
    let values = randoms.flatMap { start -> [Double] in
      var random = start
      return (0..<m * m).map { index in
        let (j, k) = (Double(index / m), Double(index % m))
        return index == 0 ? 0 : random.normal() / (.pi * .pi * (j * j + k * k) + 9)
      }
    }
    // cos(j pi x) has the norm 1 for j = 0 and sqrt(1/2) otherwise.
    let cosineValues = (0..<size).flatMap { i -> [Double] in
      let x = (Double(i) + 0.5) / Double(size)
      return (0..<m).map { ($0 == 0 ? 1.0 : 2.0.squareRoot()) * cos(Double($0) * Double.pi * x) }
    }
    let cosines = try Tensor(cosineValues, shape: [size, m])
    let field = try cosines.matmul(Tensor(values, shape: [randoms.count, m, m])).matmul(cosines.transposed())
    let isLow = try field.isLess(than: 0)
    return try Tensor.full(field.shape, low, type: .float64).selected(
      where: isLow, otherwise: .full(field.shape, high, type: .float64))
  }
}
