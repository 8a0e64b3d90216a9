import Torch

/// The Jacobian of the steady equation between the low modes, as a dense matrix: with v = sum_q v_q exp(i q . x),
///
///     (J v)_k = nu k^2 v_k + sum_q (d_y q_x - d_x q_y) (1 / q^2 - 1 / d^2) omega_d v_q,   d = k - q,   |k_x|, |k_y|, |q_x|, |q_y| <= K_c,
///
/// which is a product of table entries with the modes of the vorticity. Rows and columns are the real and imaginary parts of the stored
/// modes of a grid with the cutoff K_c, in their order; a mode q with q_y > 0 stands for its conjugate -q, too.
struct LowModes: Sendable {
  /// K_c, at least 1.
  let cutoff: Int
  /// Rows of the matrix: 2 (2 K_c + 1) (K_c + 1).
  let count: Int
  /// For each entry, the positions of two reals among those of the vorticity's modes, int64 `[count^2]`, and their factors,
  /// `[count^2, 1]`.
  private let positions: [Tensor]
  private let factors: [Tensor]
  /// nu k^2 on the diagonal, 1 for the mean, which stays 0; `[count, count]`.
  private let friction: Tensor

  /// - Parameter cutoff: K_c; at most that of the grid.
  init(_ equation: VorticityEquation, cutoff: Int) throws {
    self.cutoff = cutoff
    let waves = PeriodicGrid.waves(cutoff)
    count = 2 * waves.count
    var table = JacobianTable(gridCutoff: equation.grid.cutoff, count: count)
    for (row, k) in waves.enumerated() where k != (0, 0) {
      for (column, q) in waves.enumerated() where q != (0, 0) { table.fill(row, k, column, q) }
    }
    let device = equation.grid.device
    positions = try table.positions.map { try Tensor(integers: $0, device: device) }
    let length = count * count
    factors = try table.factors.map { try Tensor($0, shape: [length, 1], type: equation.grid.type, device: device) }
    var diagonal = [Double](repeating: 0, count: count * count)
    for (index, k) in waves.enumerated() {
      for part in [2 * index, 2 * index + 1] {
        diagonal[part * count + part] = k == (0, 0) ? 1 : equation.viscosity * (k.kx * k.kx + k.ky * k.ky)
      }
    }
    friction = try Tensor(diagonal, shape: [count, count], type: equation.grid.type, device: device)
  }

  /// J at flows whose vorticity has these modes, `[B, 2 K + 1, K + 1]` -> `[B, count, count]`.
  func jacobian(at vorticity: Tensor) throws -> Tensor {
    let samples = vorticity.shape[0]
    // One row of reals for each mode, so that an entry of the table picks memory that is together.
    let reals = try vorticity.realView().reshaped([samples, -1]).transposed().contiguous()
    let entries = try (reals.indexSelect(positions[0]) * factors[0]).addcmul(reals.indexSelect(positions[1]), factors[1])
    return try entries.transposed().reshaped([samples, count, count]) + friction
  }

  /// The low modes of `[B, 2 K + 1, 2 K + 2]` reals: `[B, count, 1]`.
  func column(of reals: Tensor) throws -> Tensor {
    try Tensor.concatenated(parts(of: reals), dimension: 1).reshaped([reals.shape[0], count, 1])
  }

  /// The same reals with a column `[B, count, 1]` in place of their low modes.
  func replaced(in reals: Tensor, by column: Tensor) throws -> Tensor {
    var workspace = try ExclusiveWorkspace(copying: reals)
    let rows = try column.reshaped([reals.shape[0], 2 * cutoff + 1, 2 * cutoff + 2])
    let columns = 0..<(2 * cutoff + 2)
    try workspace.write(rows.narrow(1, from: 0, count: cutoff + 1), at: [1: 0..<(cutoff + 1), 2: columns])
    try workspace.write(
      rows.narrow(1, from: cutoff + 1, count: cutoff), at: [1: (reals.shape[1] - cutoff)..<reals.shape[1], 2: columns])
    return workspace.freeze()
  }

  /// The low modes: rows 0 ... K_c, and -K_c ... -1.
  private func parts(of reals: Tensor) throws -> [Tensor] {
    let columns = try reals.narrow(2, from: 0, count: 2 * cutoff + 2)
    return try [columns.narrow(1, from: 0, count: cutoff + 1), columns.narrow(1, from: reals.shape[1] - cutoff, count: cutoff)]
  }
}

/// The entries of the matrix, each a sum of two reals of the vorticity times factors.
private struct JacobianTable {
  let gridCutoff: Int
  let count: Int
  var positions: [[Int64]]
  var factors: [[Double]]

  init(gridCutoff: Int, count: Int) {
    self.gridCutoff = gridCutoff
    self.count = count
    positions = Array(repeating: [Int64](repeating: 0, count: count * count), count: 2)
    factors = Array(repeating: [Double](repeating: 0, count: count * count), count: 2)
  }

  typealias Wave = (kx: Double, ky: Double)

  /// The 2 x 2 entries of a pair of modes.
  mutating func fill(_ row: Int, _ k: Wave, _ column: Int, _ q: Wave) {
    put(0, row, k, column, q, conjugate: 1)
    // The part of -q, whose coefficient is the conjugate of v_q.
    if q.ky > 0 { put(1, row, k, column, (-q.kx, -q.ky), conjugate: -1) }
  }

  private mutating func put(_ term: Int, _ row: Int, _ k: Wave, _ column: Int, _ q: Wave, conjugate: Double) {
    let d = (kx: Int(k.kx - q.kx), ky: Int(k.ky - q.ky))
    guard d != (0, 0), abs(d.kx) <= gridCutoff, abs(d.ky) <= gridCutoff else { return }
    let (x, y) = (Double(d.kx), Double(d.ky))
    let factor = (y * q.kx - x * q.ky) * (1 / (q.kx * q.kx + q.ky * q.ky) - 1 / (x * x + y * y))
    // omega_d is stored, or else the conjugate of omega_{-d}.
    let sign = d.ky < 0 ? -1 : 1
    let kx = d.kx * sign
    let mode = Int64(((kx >= 0 ? kx : 2 * gridCutoff + 1 + kx) * (gridCutoff + 1) + d.ky * sign) * 2)
    let imaginary = factor * Double(sign)
    // (a + i b) (v + i c w) with c = 1, or -1 for a conjugate.
    set(term, 2 * row, 2 * column, mode, factor)
    set(term, 2 * row, 2 * column + 1, mode + 1, -imaginary * conjugate)
    set(term, 2 * row + 1, 2 * column, mode + 1, imaginary)
    set(term, 2 * row + 1, 2 * column + 1, mode, factor * conjugate)
  }

  private mutating func set(_ term: Int, _ row: Int, _ column: Int, _ position: Int64, _ factor: Double) {
    positions[term][row * count + column] = position
    factors[term][row * count + column] = factor
  }
}
