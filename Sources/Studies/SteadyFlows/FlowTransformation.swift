import Support
import Torch

/// One element of the symmetry group: a reflection, then quarter turns, then a translation.
struct FlowTransformation: Equatable {
  var isReflected = false
  /// 0 ... 3, each (x, y) -> (-y, x).
  var quarterTurns = 0
  var shift = [0, 0]

  static func random(_ symmetries: [FlowSymmetry], points: [Int], _ random: inout KeyedRandom) -> Self {
    var transformation = Self()
    if symmetries.contains(.reflections) { transformation.isReflected = random.bernoulli(0.5) }
    if symmetries.contains(.rotations) { transformation.quarterTurns = random.integer(below: 4) }
    if symmetries.contains(.translations) { transformation.shift = points.map { random.integer(below: $0) } }
    return transformation
  }

  /// Acts on a force `[2, H, W]` and a vorticity `[H, W]` on a periodic grid, H = W where there are quarter turns.
  func applied(force: Tensor, vorticity: Tensor) throws -> (force: Tensor, vorticity: Tensor) {
    var (force, vorticity) = (force, vorticity)
    if isReflected {
      force = try Self.stack(-Self.mirrored(force.select(0, 0), 0), Self.mirrored(force.select(0, 1), 0))
      vorticity = try -Self.mirrored(vorticity, 0)
    }
    for _ in 0..<quarterTurns {
      let (x, y) = try (Self.turned(force.select(0, 0)), Self.turned(force.select(0, 1)))
      force = try Self.stack(-y, x)
      vorticity = try Self.turned(vorticity)
    }
    return try (force.rolled(shift, dimensions: [1, 2]), vorticity.rolled(shift, dimensions: [0, 1]))
  }

  private static func stack(_ x: Tensor, _ y: Tensor) throws -> Tensor { try .stacked([x, y]) }

  /// Point i of the result is point -i, modulo the period.
  private static func mirrored(_ field: Tensor, _ dimension: Int) throws -> Tensor {
    try field.flipped([dimension]).rolled([1], dimensions: [dimension])
  }

  /// s'(x, y) = s(y, -x): the field turned by 90 degrees counterclockwise.
  private static func turned(_ field: Tensor) throws -> Tensor { try mirrored(field.transposed(), 0) }
}
