import Torch

/// Rotary position embedding (Su et al. 2021): the pair of features (2 i, 2 i + 1) at position p is turned by the angle
/// p base^(-2 i / d).
struct RotaryTable: Sendable {
  /// `[positions, d / 2]`, float32.
  let cosine: Tensor
  let sine: Tensor

  private enum Op {
    static let pow = Operator("aten::pow.Scalar")
    static let outer = Operator("aten::outer")
  }

  /// The table in the arithmetic of the reference, float32 throughout.
  init(positions: Int, headWidth: Int, base: Double) throws {
    let exponents = try Tensor.range(headWidth / 2, type: .float32) * 2 / Double(headWidth)
    let frequencies = try 1 / Op.pow(.double(base), .tensor(exponents))
    let angles = try Op.outer(.tensor(.range(positions, type: .float32)), .tensor(frequencies))
    self.init(cosine: try angles.cos(), sine: try angles.sin())
  }

  init(cosine: Tensor, sine: Tensor) {
    self.cosine = cosine
    self.sine = sine
  }
}

/// Consecutive positions of a sequence, as the blocks need them.
struct Positions: Sendable {
  /// `[count, 1, d / 2]`, to multiply `[B, count, heads, d / 2]`.
  let cosine: Tensor
  let sine: Tensor
  /// `[count, start + count]`: 0 where a position sees another one, -inf where that comes later. Nil for one position.
  let mask: Tensor?

  private static let triangle = Operator("aten::triu")

  init(cosine: Tensor, sine: Tensor, mask: Tensor?) {
    self.cosine = cosine
    self.sine = sine
    self.mask = mask
  }

  init(_ table: RotaryTable, from start: Int, count: Int, type: DType, device: Device) throws {
    // Turning is done in float32 for narrower types.
    let angleType: DType = type == .float64 ? .float64 : .float32
    func part(_ values: Tensor) throws -> Tensor {
      try values.narrow(0, from: start, count: count).unsqueezed(1).to(type: angleType, device: device)
    }
    self.init(
      cosine: try part(table.cosine), sine: try part(table.sine),
      mask: count == 1
        ? nil
        : try Self.triangle(
          .tensor(.full([count, start + count], -.infinity, type: type, device: device)), .int(start + 1)))
  }
}

extension Tensor {
  /// `[B, T, heads, d]` with every pair of features turned.
  func rotated(_ positions: Positions) throws -> Tensor {
    let pairs = try to(type: positions.cosine.type).reshaped(Array(shape.dropLast()) + [shape[rank - 1] / 2, 2])
    let (x, y) = try (pairs.select(-1, 0), pairs.select(-1, 1))
    let turned = try Tensor.stacked(
      [x * positions.cosine - y * positions.sine, x * positions.sine + y * positions.cosine], dimension: -1)
    return try turned.reshaped(shape).to(type: type)
  }
}
