import Foundation
import Support
import Torch

/// Initial values of parameters. Each parameter draws from a stream of its own, so that they depend on the seed and on its
/// name, not on the order of the parameters or on which others there are.
public enum Initialization {
  /// A matrix with orthonormal rows or columns, whichever are fewer: Q of a Gaussian matrix, with the signs that make R's diagonal
  /// positive, so that it is uniformly distributed (Saxe, McClelland, Ganguli 2014; Mezzadri 2007).
  public static func orthogonal(_ shape: [Int], gain: Double = 1, seed: UInt64, name: String) throws -> Tensor {
    let rows = shape.first ?? 1
    let columns = shape.dropFirst().reduce(1, *)
    let (tall, wide) = (max(rows, columns), min(rows, columns))
    var random = KeyedRandom(seed: seed, stream: "parameters/\(name)")
    let gaussian = try Tensor((0..<tall * wide).map { _ in random.normal() }, shape: [tall, wide])
    let (q, r) = try gaussian.qr()
    let diagonal = try r.doubles()
    let signs = try Tensor((0..<wide).map { diagonal[$0 * wide + $0] < 0 ? -gain : gain })
    let oriented = try q * signs
    return try (rows < columns ? oriented.transposed() : oriented).reshaped(shape)
  }

  /// Normal with mean zero, cut at three standard deviations.
  public static func normal(_ shape: [Int], deviation: Double, seed: UInt64, name: String) throws -> Tensor {
    var random = KeyedRandom(seed: seed, stream: "parameters/\(name)")
    let values = (0..<shape.reduce(1, *)).map { _ in
      var draw = random.normal()
      while abs(draw) > 3 { draw = random.normal() }
      return draw * deviation
    }
    return try Tensor(values, shape: shape)
  }

  /// Uniform in [-bound, bound).
  public static func uniform(_ shape: [Int], bound: Double, seed: UInt64, name: String) throws -> Tensor {
    var random = KeyedRandom(seed: seed, stream: "parameters/\(name)")
    return try Tensor((0..<shape.reduce(1, *)).map { _ in random.uniform(-bound, bound) }, shape: shape)
  }
}
