import Foundation
import Synchronization
import Torch

private enum Op {
  static let pad = Operator("aten::constant_pad_nd")
}

/// The transforms between fields on H x W points and their kept modes, as dense matrices or by FFT.
///
/// With few modes two matrix products are much cheaper than a full FFT: per line 4 m W operations at the speed of matrix products
/// against 2.5 W log2 W at that of FFTs.
public final class SpectralBasis: Sendable {
  /// Which rows of the transform are kept.
  struct Rows: Equatable {
    /// kx of the kept rows: those of weights1 that are not overwritten, then those of weights2.
    let waves: [Int]
    let firstCount: Int
  }

  /// How fields become modes and back: by matrix products, or by FFT.
  public enum Method: String, CaseIterable, Sendable {
    case matrices, fft
  }

  let height: Int
  let width: Int
  let rows: Rows
  let columns: Int
  /// The one that is used.
  public let method: Method
  private let tables = Mutex<[TableKey: Tables]>([:])

  private struct TableKey: Hashable {
    let type: DType
    let device: Device
  }

  private struct Tables: Sendable {
    /// Complex `[R, H]` and `[H, R]`.
    let rowsForward: Tensor
    let rowsInverse: Tensor
    /// Real `[W, 2 m]` and `[2 m, W]`: cosine and sine beside each other.
    let columnsForward: Tensor
    let columnsInverse: Tensor
    /// Positions of the kept rows, int64.
    let positions: Tensor
  }

  /// - Parameters:
  ///   - rows: m of the first axis, at most H.
  ///   - columns: m of the second axis, at most W / 2 + 1.
  ///   - method: nil for the faster one.
  public init(height: Int, width: Int, rows: Int, columns: Int, method: Method? = nil) throws {
    guard rows >= 1, columns >= 1, rows <= height, columns <= width / 2 + 1 else {
      throw TorchError.argument(
        operation: "spectral convolution",
        message: "\(rows) x \(columns) modes, but a grid of \(height) x \(width) has \(height) x \(width / 2 + 1)")
    }
    self.height = height
    self.width = width
    self.columns = columns
    let firstCount = min(rows, height - rows)
    self.rows = Rows(waves: Array(0..<firstCount) + Array((height - rows)..<height), firstCount: firstCount)
    self.method = method ?? (Double(columns) <= 6 * log2(Double(width)) ? .matrices : .fft)
  }

  /// Complex modes `[R m, B, C]` of real fields `[B, C, H, W]`.
  func modes(of fields: Tensor) throws -> Tensor {
    let (batch, channels) = (fields.shape[0], fields.shape[1])
    let tables = try tables(for: fields)
    let kept: Tensor
    switch method {
    case .matrices:
      let lines = try fields.reshaped([-1, width]).matmul(tables.columnsForward)
      kept = try tables.rowsForward.matmul(lines.reshaped([batch * channels, height, columns, 2]).complexView())
    case .fft:
      let lines = try fields.reshaped([batch * channels, height, width]).realFourierCoefficients(dimension: -1)
        .narrow(-1, from: 0, count: columns)
      // The forward transform of the reference carries no factor.
      kept = try lines.fourierCoefficients(dimension: -2).indexSelect(tables.positions, dimension: 1) * Double(height * width)
    }
    return try kept.reshaped([batch, channels, rows.waves.count * columns]).permuted([2, 0, 1])
  }

  /// Real fields `[B, C, H, W]` of complex modes `[R m, B, C]`.
  func fields(of modes: Tensor) throws -> Tensor {
    let (batch, channels) = (modes.shape[1], modes.shape[2])
    let kept = try modes.permuted([1, 2, 0]).reshaped([batch * channels, rows.waves.count, columns])
    switch method {
    case .matrices:
      let tables = try tables(for: kept)
      let lines = try tables.rowsInverse.matmul(kept).contiguous().realView().reshaped([-1, 2 * columns])
      return try lines.matmul(tables.columnsInverse).reshaped([batch, channels, height, width])
    case .fft:
      let first = try kept.narrow(1, from: 0, count: rows.firstCount)
      let second = try kept.narrow(1, from: rows.firstCount, count: rows.waves.count - rows.firstCount)
      let padded = try Op.pad(.tensor(first), .ints([0, 0, 0, height - rows.waves.count]), .double(0))
      let lines = try Tensor.concatenated([padded, second], dimension: 1).fourierSum(dimension: -2)
      return try (lines * (1 / Double(height * width))).realFourierSum(dimension: -1, count: width)
        .reshaped([batch, channels, height, width])
    }
  }

  private func tables(for tensor: Tensor) throws -> Tables {
    let type: DType = tensor.type == .float64 || tensor.type == .complex128 ? .float64 : .float32
    let key = TableKey(type: type, device: try tensor.device)
    if let found = tables.withLock({ $0[key] }) { return found }
    let made = try makeTables(key)
    tables.withLock { $0[key] = made }
    return made
  }

  private func makeTables(_ key: TableKey) throws -> Tables {
    func tensor(_ values: [Double], _ shape: [Int]) throws -> Tensor {
      try Tensor(values, shape: shape, type: key.type, device: key.device)
    }
    func pair(_ a: Int, _ b: Int, _ n: Int, _ sign: Int) -> [Double] { rootOfUnity(sign * a * b, of: n) }
    let waves = rows.waves
    let forward = waves.flatMap { row in (0..<height).flatMap { pair(row, $0, height, -1) } }
    let inverse = (0..<height).flatMap { x in waves.flatMap { pair($0, x, height, 1) } }
    let columnForward = (0..<width).flatMap { y in (0..<columns).flatMap { pair($0, y, width, -1) } }
    let columnInverse = (0..<columns).flatMap { k in
      // Columns between the first and the Nyquist one stand for two modes.
      let count = (k == 0 || 2 * k == width ? 1 : 2) / Double(height * width)
      let pairs = (0..<width).map { pair(k, $0, width, -1) }
      return [0, 1].flatMap { part in pairs.map { count * $0[part] } }
    }
    return Tables(
      rowsForward: try tensor(forward, [waves.count, height, 2]).complexView(),
      rowsInverse: try tensor(inverse, [height, waves.count, 2]).complexView(),
      columnsForward: try tensor(columnForward, [width, 2 * columns]),
      columnsInverse: try tensor(columnInverse, [2 * columns, width]),
      positions: try Tensor(integers: waves.map(Int64.init), device: key.device))
  }
}

/// Real and imaginary part of exp(2 pi i k / n); k is reduced before it is scaled, so that large ones lose no digits.
private func rootOfUnity(_ k: Int, of n: Int) -> [Double] {
  let angle = 2 * Double.pi * Double(k % n) / Double(n)
  return [cos(angle), sin(angle)]
}
