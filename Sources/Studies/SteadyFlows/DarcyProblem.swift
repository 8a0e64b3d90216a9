import Foundation
import Support
import Torch

private enum Op {
  static let difference = Operator("aten::diff")
  static let pad = Operator("aten::constant_pad_nd")
}

/// Darcy flow, -div(a grad(u)) = f on the unit square with u = 0 on its edge, by finite volumes: N x N square cells, u in their
/// middles, harmonic averages of a at the faces between them (exact for layers), a itself over the half cell at the edge. Second
/// order in 1 / N where a is smooth.
public struct DarcyProblem: Sendable {
  /// N, at least 2.
  public let size: Int
  /// Relative residual at which a sample is solved.
  public let tolerance: Double
  /// Iterations of conjugate gradients at most.
  public var iterationLimit = 500
  /// Eigenvectors of the problem with a = 1, `[N, N]`: row k is sin((i + 1/2) k pi / N), normalised; and 1 / their eigenvalues.
  private let sines: Tensor
  private let inverseEigenvalues: Tensor

  public init(size: Int, tolerance: Double = 1e-10) throws {
    guard size >= 2 else {
      throw Failure(.usage, "expected a grid of at least 2 x 2 cells, found \(size)", at: "dataset.size")
    }
    self.size = size
    self.tolerance = tolerance
    let n = Double(size)
    let values = (1...size).flatMap { k -> [Double] in
      let scale = ((k == size ? 1.0 : 2.0) / n).squareRoot()
      let step = Double(k) * Double.pi / n
      return (0..<size).map { scale * sin((Double($0) + 0.5) * step) }
    }
    sines = try Tensor(values, shape: [size, size])
    let eigenvalues = (1...size).map { k -> Double in
      let s = sin(Double(k) * Double.pi / (2 * n))
      return 4 * s * s
    }
    let inverses: [Double] = eigenvalues.flatMap { a in eigenvalues.map { 1 / (a + $0) } }
    inverseEigenvalues = try Tensor(inverses, shape: [size, size])
  }

  /// Conductances of the faces across x, `[B, N + 1, N]`, and across y, `[B, N, N + 1]`.
  private func conductances(_ coefficient: Tensor) throws -> (x: Tensor, y: Tensor) {
    func across(_ dimension: Int) throws -> Tensor {
      let first = try coefficient.narrow(dimension, from: 0, count: size - 1)
      let second = try coefficient.narrow(dimension, from: 1, count: size - 1)
      return try .concatenated(
        [
          coefficient.narrow(dimension, from: 0, count: 1) * 2, (first * second * 2) / (first + second),
          coefficient.narrow(dimension, from: size - 1, count: 1) * 2,
        ], dimension: dimension)
    }
    return try (across(1), across(2))
  }

  /// The flow out of each cell, `[B, N, N]`; per area 1 / N^2 it is -div(a grad(u)).
  private func outflow(_ u: Tensor, _ faces: (x: Tensor, y: Tensor)) throws -> Tensor {
    func along(_ dimension: Int, _ conductance: Tensor, _ padding: [Int]) throws -> Tensor {
      let padded = try Op.pad(.tensor(u), .ints(padding), .double(0))
      let flux = try Op.difference(.tensor(padded), .int(1), .int(dimension)) * conductance
      return try Op.difference(.tensor(flux), .int(1), .int(dimension))
    }
    return try -(along(1, faces.x, [0, 0, 1, 1]) + along(2, faces.y, [1, 1]))
  }

  /// The inverse of the problem with a = 1.
  private func preconditioned(_ r: Tensor) throws -> Tensor {
    try sines.transposed().matmul((sines.matmul(r).matmul(sines.transposed())) * inverseEigenvalues).matmul(sines)
  }

  /// u `[B, N, N]` for coefficients a > 0 and sources f of that shape, and the relative residual of each sample, recomputed at
  /// the end; conjugate gradients, preconditioned by the problem with a = 1. A sample that is done stands still.
  public func solve(coefficient: Tensor, source: Tensor) throws -> (solution: Tensor, residuals: [Double]) {
    let faces = try conductances(coefficient)
    let b = try source * (1 / Double(size * size))
    let scales = try b.sampleNorms().doubles()
    var u = try Tensor.zeros(like: b)
    var r = b
    var z = try preconditioned(r)
    var p = z
    var energy = try inner(r, z)
    var isActive = scales.map { $0 > 0 }
    for _ in 0..<iterationLimit where isActive.contains(true) {
      let image = try outflow(p, faces)
      let curvature = try inner(p, image)
      let lengths = try factors(isActive.indices.map { isActive[$0] ? energy[$0] / curvature[$0] : 0 })
      u = try u + p * lengths
      r = try r - image * lengths
      let norms = try r.sampleNorms().doubles()
      for sample in isActive.indices { isActive[sample] = isActive[sample] && norms[sample] > tolerance / 2 * scales[sample] }
      z = try preconditioned(r)
      let next = try inner(r, z)
      p = try z + p * factors(isActive.indices.map { isActive[$0] ? next[$0] / energy[$0] : 0 })
      energy = next
    }
    let defects = try (b - outflow(u, faces)).sampleNorms().doubles()
    return (u, zip(defects, scales).map { $1 > 0 ? $0 / $1 : 0 })
  }

  private func inner(_ a: Tensor, _ b: Tensor) throws -> [Double] { try (a * b).sum(dimensions: [1, 2]).doubles() }

  private func factors(_ values: [Double]) throws -> Tensor { try Tensor(values, shape: [values.count, 1, 1]) }
}
