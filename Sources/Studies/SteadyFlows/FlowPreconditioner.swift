import Torch

private enum Op {
  static let batchedProduct = Operator("aten::bmm")
  static let replaceEntries = Operator("aten::index_copy")
  static let inverse = Operator("aten::linalg_inv_ex")
}

/// An approximate inverse of the Jacobian at a flow: the inverse of the Jacobian between the low modes, where advection is as strong
/// as friction, and the inverse viscous operator on all others.
///
/// It takes weighted residuals as real vectors `[B, n]`, whose Euclidean norm is that of the fields, and gives changes of the
/// vorticity's modes.
struct FlowPreconditioner {
  private let grid: PeriodicGrid
  private let lowModes: LowModes?
  /// 1 / (nu k^2) divided by the weight, `[n]`.
  private let scaling: Tensor
  /// `[B, count, count]`
  private var inverses: Tensor?

  /// For a batch of samples whose flows are not known yet: `renewed` is to be called before use.
  ///
  /// - Parameter lowModes: nil for none.
  init(_ equation: VorticityEquation, _ lowModes: LowModes?, samples: Int) throws {
    grid = equation.grid
    self.lowModes = lowModes
    scaling = try grid.realFactors(grid.inverseSquare * (1 / equation.viscosity) / grid.weight)
    inverses = try lowModes.map { [grid] in try .zeros([samples, $0.count, $0.count], type: grid.type, device: grid.device) }
  }

  private init(_ other: Self, samples: Tensor) throws {
    (grid, lowModes, scaling) = (other.grid, other.lowModes, other.scaling)
    inverses = try other.inverses?.indexSelect(samples)
  }

  /// The same, renewed for some samples at their flows, modes `[S, 2 K + 1, K + 1]`.
  func renewed(_ samples: Tensor, at vorticity: Tensor) throws -> Self {
    guard let lowModes, let inverses else { return self }
    let weights = try lowModes.column(of: grid.realFactors(1 / grid.weight).reshaped(grid.realShape(1))).reshaped([1, 1, -1])
    // A matrix without inverse gives numbers that are none, and so a step that the line search refuses.
    let fresh = try Op.inverse.call([.tensor(lowModes.jacobian(at: vorticity)), .bool(false)])[0] * weights
    var renewed = self
    renewed.inverses = try Op.replaceEntries(.tensor(inverses), .int(0), .tensor(samples), .tensor(fresh))
    return renewed
  }

  func selecting(_ samples: Tensor) throws -> Self { try Self(self, samples: samples) }

  /// `[B, n]` -> `[B, 2 K + 1, K + 1]`, complex.
  func change(of residual: Tensor) throws -> Tensor {
    let shape = grid.realShape(residual.shape[0])
    let all = try (residual * scaling).reshaped(shape)
    guard let lowModes, let inverses else { return try grid.vector(all) }
    let low = try Op.batchedProduct(.tensor(inverses), .tensor(lowModes.column(of: residual.reshaped(shape))))
    return try grid.vector(lowModes.replaced(in: all, by: low))
  }
}

extension PeriodicGrid {
  /// The shape of modes as reals, `[B, 2 K + 1, 2 K + 2]`.
  func realShape(_ samples: Int) -> [Int] { [samples, 2 * cutoff + 1, 2 * cutoff + 2] }

  /// Real factors of the modes, `[2 K + 1, K + 1]`, once for each part of them: `[n]`.
  func realFactors(_ factors: Tensor) throws -> Tensor {
    try factors.unsqueezed(2).expanded([2 * cutoff + 1, cutoff + 1, 2]).reshaped([-1])
  }

  /// Complex modes as real vectors: `[B, 2 K + 1, K + 1]` -> `[B, n]`.
  func row(_ modes: Tensor) throws -> Tensor { try modes.realView().reshaped([modes.shape[0], -1]) }

  /// Reals as complex modes: `[B, ...]` -> `[B, 2 K + 1, K + 1]`.
  func vector(_ row: Tensor) throws -> Tensor {
    try row.reshaped([row.shape[0], 2 * cutoff + 1, cutoff + 1, 2]).complexView()
  }
}
