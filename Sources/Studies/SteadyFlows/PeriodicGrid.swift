import Foundation
import Support
import Torch

private enum Op {
  static let fields = Operator("implicit::periodic_fields")
  static let modes = Operator("implicit::periodic_modes")
}

/// Fields on the square [0, 2 pi)^2, periodic, by their values on N x N points or by their Fourier modes.
///
/// Point (i, j) is x = 2 pi i / N, y = 2 pi j / N; the first axis is x. Only modes with |kx|, |ky| <= K are kept, K the
/// largest integer with 3 K < N: products of two such fields are then free of aliasing in these modes (the 2/3 rule). The modes
/// of a real field are stored for kx = 0 ... K, -K ... -1 and ky = 0 ... K, complex, `[..., 2 K + 1, K + 1]`; the others are
/// conjugates. Mode (0, 0), the mean, is dropped by all operators below.
///
/// Signs: omega = d u_y / d x - d u_x / d y, u = (d psi / d y, -d psi / d x), -laplace(psi) = omega.
public struct PeriodicGrid: Sendable {
  /// N, at least 4; odd sizes work.
  public let size: Int
  /// K.
  public let cutoff: Int
  /// Where its tensors lie.
  public let device: Device
  /// Of fields and of the parts of modes: float64, or float32.
  public let type: DType
  /// How fields become modes: on a CPU up to 160 points by matrix products, which need no padding and no rearrangement, else by FFT.
  public let method: SpectralBasis.Method
  /// kx^2 + ky^2 of each mode, `[2 K + 1, K + 1]`, float64.
  let square: Tensor
  /// 1 / (kx^2 + ky^2), and 0 for the mean.
  let inverseSquare: Tensor
  /// Turns vorticity modes into velocity modes: (i ky, -i kx) / k^2, complex, `[2, 2 K + 1, K + 1]`.
  let vorticityToVelocity: Tensor
  /// (i kx, i ky), complex, `[2, 2 K + 1, K + 1]`.
  let gradientSymbol: Tensor
  /// Turns the modes of P = u_x u_y and Q = u_y^2 - u_x^2 into those of curl div (u u) = (dxx - dyy) P + dxy Q.
  let stressToCurl: Tensor
  /// sqrt(2) for ky > 0, else 1: weighted modes have the Euclidean norm of the field (root mean square over the points).
  let weight: Tensor

  /// - Parameter method: nil for the faster one.
  /// - Throws: `Failure` (usage) for a size below 4.
  public init(
    size: Int, device: Device = .cpu, method: SpectralBasis.Method? = nil, type: DType = .float64
  ) throws {
    guard size >= 4 else {
      throw Failure(.usage, "expected a grid of at least 4 x 4 points, found \(size)", at: "dataset.size")
    }
    self.size = size
    self.device = device
    self.type = type
    cutoff = Self.cutoff(size: size)
    self.method = method ?? (device == .cpu && size <= 160 ? .matrices : .fft)
    let waves = Self.waves(cutoff)
    let shape = [2 * cutoff + 1, cutoff + 1]
    func real(_ value: ((kx: Double, ky: Double)) -> Double) throws -> Tensor {
      try Tensor(waves.map(value), shape: shape, type: type, device: device)
    }
    func complex(_ parts: [((kx: Double, ky: Double)) -> (Double, Double)]) throws -> Tensor {
      let values = parts.flatMap { part in waves.flatMap { [part($0).0, part($0).1] } }
      return try Tensor(values, shape: [parts.count] + shape + [2], type: type, device: device).complexView()
    }
    func inverse(_ k: (kx: Double, ky: Double)) -> Double {
      k == (0, 0) ? 0 : 1 / (k.kx * k.kx + k.ky * k.ky)
    }
    square = try real { $0.kx * $0.kx + $0.ky * $0.ky }
    inverseSquare = try real(inverse)
    weight = try real { $0.ky > 0 ? 2.0.squareRoot() : 1 }
    vorticityToVelocity = try complex([{ (0, $0.ky * inverse($0)) }, { (0, -$0.kx * inverse($0)) }])
    gradientSymbol = try complex([{ (0, $0.kx) }, { (0, $0.ky) }])
    stressToCurl = try complex([{ ($0.ky * $0.ky - $0.kx * $0.kx, 0) }, { (-$0.kx * $0.ky, 0) }])
  }

  /// K, the largest integer with 3 K < N.
  static func cutoff(size: Int) -> Int { (size - 1) / 3 }

  /// (kx, ky) of each stored mode, in their order.
  static func waves(_ cutoff: Int) -> [(kx: Double, ky: Double)] {
    (Array(0...cutoff) + Array((-cutoff)..<0)).flatMap { kx in (0...cutoff).map { (Double(kx), Double($0)) } }
  }

  /// Modes of fields: `[..., N, N]` -> `[..., 2 K + 1, K + 1]`; higher modes are dropped.
  public func modes(of fields: Tensor) throws -> Tensor {
    if method == .matrices { return try Op.modes(.tensor(fields)) }
    let columns = try fields.realFourierCoefficients(dimension: -1).narrow(-1, from: 0, count: cutoff + 1)
    let all = try columns.fourierCoefficients(dimension: -2)
    return try .concatenated(
      [all.narrow(-2, from: 0, count: cutoff + 1), all.narrow(-2, from: size - cutoff, count: cutoff)], dimension: -2)
  }

  /// Fields of modes: `[..., 2 K + 1, K + 1]` -> `[..., n, n]`.
  ///
  /// - Parameter points: n; N unless given. More points interpolate.
  public func fields(of modes: Tensor, points: Int? = nil) throws -> Tensor {
    let n = points ?? size
    if method == .matrices && n == size { return try Op.fields(.tensor(modes), .int(size)) }
    let gap = try Tensor.zeros(
      modes.shape.dropLast(2) + [n - 2 * cutoff - 1, cutoff + 1], type: modes.type, device: device)
    let padded = try Tensor.concatenated(
      [modes.narrow(-2, from: 0, count: cutoff + 1), gap, modes.narrow(-2, from: cutoff + 1, count: cutoff)], dimension: -2)
    return try padded.fourierSum(dimension: -2).realFourierSum(dimension: -1, count: n)
  }

  /// Velocity on the points from vorticity modes: `[B, 2 K + 1, K + 1]` -> `[B, 2, N, N]`.
  public func velocity(ofVorticity modes: Tensor) throws -> Tensor {
    try fields(of: modes.unsqueezed(-3) * vorticityToVelocity)
  }

  /// Modes of the curl d f_y / d x - d f_x / d y of the modes of a vector field: `[B, 2, ...]` -> `[B, ...]`.
  public func curl(of modes: Tensor) throws -> Tensor {
    try modes.select(-3, 1) * gradientSymbol.select(0, 0) - modes.select(-3, 0) * gradientSymbol.select(0, 1)
  }

  /// Modes of the divergence d f_x / d x + d f_y / d y: `[B, 2, ...]` -> `[B, ...]`.
  public func divergence(of modes: Tensor) throws -> Tensor { try (modes * gradientSymbol).sum(dimension: -3) }

  /// Modes of another grid on this one, `[B, ...]`: those that only one of them has are zero, or dropped.
  func modes(_ modes: Tensor, from other: PeriodicGrid) throws -> Tensor {
    let common = min(cutoff, other.cutoff)
    let missing = cutoff - common
    let columns = try modes.narrow(-1, from: 0, count: common + 1)
    let rows = try [
      columns.narrow(-2, from: 0, count: common + 1),
      Tensor.zeros([modes.shape[0], 2 * missing, common + 1], type: modes.type, device: device),
      columns.narrow(-2, from: 2 * other.cutoff + 1 - common, count: common),
    ]
    let filled = try Tensor.concatenated(rows, dimension: -2)
    let gap = try Tensor.zeros([modes.shape[0], 2 * cutoff + 1, missing], type: modes.type, device: device)
    return try .concatenated([filled, gap], dimension: -1)
  }

  /// Root mean square of fields in the outer quarter of the modes, max(|kx|, |ky|) > 3 K / 4, relative to all of it, `[B]`; 0 for
  /// fields without any.
  func spectralTails(of modes: Tensor) throws -> [Double] {
    let isOuter = Self.waves(cutoff).map { 4 * max(abs($0.kx), abs($0.ky)) > 3 * Double(cutoff) ? 1.0 : 0 }
    let outer = try modes * Tensor(isOuter, shape: [2 * cutoff + 1, cutoff + 1], device: device)
    return try zip(norms(of: outer), norms(of: modes)).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// Root mean square of fields given by modes, per sample, `[B]`.
  public func norms(of modes: Tensor) throws -> [Double] {
    try (modes * weight).realView().contiguous().sampleNorms().doubles()
  }
}
