import Foundation
import Support

/// A blur kernel: non-negative weights of sum 1 on an odd-sided grid, centre in the middle.
public struct BlurKernel: Equatable, Sendable {
  /// Rows of the weights.
  public let rows: Int
  /// Columns of the weights.
  public let columns: Int
  /// Row by row.
  public let weights: [Double]

  /// - Parameter place: where the weights come from, for messages.
  /// - Throws: `Failure` (bad data) for even sides, weights that are negative or not finite, or a sum other than 1.
  public init(rows: Int, columns: Int, weights: [Double], from location: String) throws {
    func wrong(_ problem: String, _ remedy: String) -> Failure { Failure(.badData, problem, at: location, remedy: remedy) }
    guard rows > 0, columns > 0, weights.count == rows * columns else {
      throw wrong("expected a kernel of rows and columns, found \(weights.count) numbers", "give a matrix")
    }
    guard rows % 2 == 1, columns % 2 == 1 else {
      throw wrong(
        "expected a kernel with odd sides, found \(rows) x \(columns)",
        "add a row or column of zeros, so that the kernel has a centre")
    }
    guard let smallest = weights.min(), smallest >= 0, weights.allSatisfy(\.isFinite) else {
      throw wrong("expected weights of at least 0, found a negative or non-finite one", "give a blur kernel")
    }
    let sum = weights.reduce(0, +)
    guard abs(sum - 1) <= 1e-3 else {
      throw wrong("expected weights of sum 1, found the sum \(Float(sum))", "divide the kernel by its sum")
    }
    self.rows = rows
    self.columns = columns
    self.weights = weights
  }

  /// Weights that are scaled to sum 1.
  private init(size: Int, positive weights: [Double]) {
    let sum = weights.reduce(0, +)
    (rows, columns) = (size, size)
    self.weights = weights.map { $0 / sum }
  }

  /// exp(-r^2 / 2 deviation^2), in pixels.
  public static func gaussian(size: Int, deviation: Double) -> BlurKernel {
    let centre = Double(size / 2)
    return BlurKernel(
      size: size,
      positive: (0..<size * size).map { index in
        let (y, x) = (Double(index / size) - centre, Double(index % size) - centre)
        return exp(-(x * x + y * y) / (2 * deviation * deviation))
      })
  }

  /// A disc of this radius in pixels, as a lens out of focus makes it: the share of each pixel that it covers.
  public static func disc(size: Int, radius: Double) -> BlurKernel {
    let parts = 16
    let centre = Double(size) / 2
    return BlurKernel(
      size: size,
      positive: (0..<size * size).map { index in
        var covered = 0
        for part in 0..<parts * parts {
          let y = Double(index / size) + (Double(part / parts) + 0.5) / Double(parts) - centre
          let x = Double(index % size) + (Double(part % parts) + 0.5) / Double(parts) - centre
          if x * x + y * y <= radius * radius { covered += 1 }
        }
        return Double(covered)
      })
  }

  /// The path of a shaken camera: a random walk with inertia, moved to the middle, stretched to the wanted length, and drawn with
  /// the time spent at each place as weight.
  ///
  /// - Parameters:
  ///   - extent: the longer side of the path's bounding box, in pixels, below size.
  ///   - smoothness: share of the velocity that is kept from one instant to the next, in [0, 1).
  public static func motion(size: Int, extent: Double, smoothness: Double, random: inout KeyedRandom) -> BlurKernel {
    let instants = 200
    var (x, y, vx, vy) = (0.0, 0.0, random.normal(), random.normal())
    var path: [(x: Double, y: Double)] = []
    let kick = (1 - smoothness * smoothness).squareRoot()
    for _ in 0..<instants {
      path.append((x, y))
      (x, y) = (x + vx, y + vy)
      vx = smoothness * vx + kick * random.normal()
      vy = smoothness * vy + kick * random.normal()
    }
    let (xs, ys) = (path.map(\.x), path.map(\.y))
    let (left, right, top, bottom) = (xs.min() ?? 0, xs.max() ?? 0, ys.min() ?? 0, ys.max() ?? 0)
    let scale = extent / max(right - left, bottom - top, 1e-9)
    let centre = Double(size - 1) / 2
    var weights = [Double](repeating: 0, count: size * size)
    for point in path {
      let (px, py) = (centre + scale * (point.x - (left + right) / 2), centre + scale * (point.y - (top + bottom) / 2))
      let (column, row) = (min(Int(px), max(0, size - 2)), min(Int(py), max(0, size - 2)))
      let (fx, fy) = (px - Double(column), py - Double(row))
      // Each instant is spread over the four pixels around it.
      for (dr, wr) in [(0, 1 - fy), (1, fy)] {
        for (dc, wc) in [(0, 1 - fx), (1, fx)] where row + dr < size && column + dc < size {
          weights[(row + dr) * size + column + dc] += wr * wc
        }
      }
    }
    return BlurKernel(size: size, positive: weights)
  }
}
