import Torch

private enum Op {
  static let advectionChange = Operator("implicit::advection_change")
}

/// The steady Navier-Stokes equations in vorticity form on the periodic square,
///
///     u . grad(omega) - nu laplace(omega) = g,      g = curl f,
///
/// projected on the kept modes. Everything is without dimension: lengths in units of 1 / (2 pi) of the period, times such that
/// forces are of order one; nu is the inverse Reynolds number in these units.
public struct VorticityEquation: Sendable {
  /// The modes and points of its fields.
  public let grid: PeriodicGrid
  /// nu, above 0.
  public let viscosity: Double

  public init(_ grid: PeriodicGrid, viscosity: Double) {
    self.grid = grid
    self.viscosity = viscosity
  }

  /// Modes of u . grad(omega) = curl div (u u) from the velocity on the points: `[B, 2, N, N]` -> `[B, 2 K + 1, K + 1]`.
  public func advection(_ velocity: Tensor) throws -> Tensor {
    let (x, y) = try (velocity.narrow(1, from: 0, count: 1), velocity.narrow(1, from: 1, count: 1))
    return try curl(ofStresses: .concatenated([x * y, (y - x) * (y + x)], dimension: 1))
  }

  /// Modes of (dxx - dyy) P + dxy Q from (P, Q) on the points.
  private func curl(ofStresses stresses: Tensor) throws -> Tensor {
    try (grid.modes(of: stresses) * grid.stressToCurl).sum(dimension: 1)
  }

  /// The change of the advection's modes with the vorticity's, at flows with this velocity, to first order:
  /// curl div (u u' + u' u), u' the velocity of the change. `[B, 2 K + 1, K + 1]` and `[B, 2, N, N]` -> `[B, 2 K + 1, K + 1]`.
  func advectionChange(_ change: Tensor, at velocity: Tensor) throws -> Tensor {
    if grid.method == .matrices { return try Op.advectionChange(.tensor(change), .tensor(velocity)) }
    let changed = try grid.velocity(ofVorticity: change)
    let (x, y) = try (velocity.select(1, 0), velocity.select(1, 1))
    let (changedX, changedY) = try (changed.select(1, 0), changed.select(1, 1))
    return try curl(
      ofStresses: .stacked([(x * changedY).addcmul(y, changedX), ((y * changedY) - (x * changedX)) * 2], dimension: 1))
  }

  /// Modes of -nu laplace(omega).
  public func friction(_ vorticity: Tensor) throws -> Tensor { try vorticity * (grid.square * viscosity) }

  /// The vorticity of the Stokes flow, -nu laplace(omega) = g, in modes.
  public func stokesFlow(_ forcing: Tensor) throws -> Tensor { try forcing * (grid.inverseSquare * (1 / viscosity)) }

  /// The curl of the force that makes a flow steady, in modes.
  public func balancingForce(_ vorticity: Tensor) throws -> Tensor {
    try advection(grid.velocity(ofVorticity: vorticity)) + friction(vorticity)
  }

  /// u . grad(omega) - nu laplace(omega) - g in modes, `[B, 2 K + 1, K + 1]`.
  public func residual(_ vorticity: Tensor, forcing: Tensor) throws -> Tensor {
    try balancingForce(vorticity) - forcing
  }

  /// The modes of vector forces without divergence and mean that have a given curl, `[B, 2, ...]`.
  public func force(ofCurl forcing: Tensor) throws -> Tensor { try forcing.unsqueezed(-3) * grid.vorticityToVelocity }

  /// The modes of the force that makes a flow steady, `[B, 2, ...]`.
  public func force(_ kind: ForceKind, of vorticity: Tensor) throws -> Tensor {
    switch kind {
    case .withoutDivergence: return try force(ofCurl: balancingForce(vorticity))
    case .withoutPressure:
      let modes = try vorticity.unsqueezed(-3) * grid.vorticityToVelocity
      let velocity = try grid.fields(of: modes)
      // div (u u), row by row: (u_x u_x, u_x u_y) and (u_y u_x, u_y u_y).
      let advection = try (0..<2).map { row in
        try grid.divergence(of: grid.modes(of: velocity * velocity.narrow(1, from: row, count: 1)))
      }
      return try .stacked(advection, dimension: 1) + modes * (grid.square * viscosity)
    }
  }
}

/// The Jacobian J of the residual at a flow with a preconditioner P from the right, J P^{-1} = 1 + C,
///
///     C z = u . grad(v) + u' . grad(omega) - nu laplace(v) - z,   v = P^{-1} z,   u' the velocity of v,
///
/// on weighted modes as real vectors `[B, n]`, whose Euclidean norm is that of the fields. A product costs two inverse and two
/// forward transforms, because curl div (u u' + u' u) needs no gradient.
struct LinearizedFlow: BatchOperator {
  private let equation: VorticityEquation
  let preconditioner: FlowPreconditioner
  /// Of the flow at which the equation is linearised, `[B, 2, N, N]`.
  private let velocity: Tensor
  private let friction: Tensor

  init(_ equation: VorticityEquation, at velocity: Tensor, _ preconditioner: FlowPreconditioner) throws {
    self.equation = equation
    self.preconditioner = preconditioner
    self.velocity = velocity
    friction = try equation.grid.square * equation.viscosity
  }

  private init(_ other: Self, samples: Tensor) throws {
    (equation, friction) = (other.equation, other.friction)
    preconditioner = try other.preconditioner.selecting(samples)
    velocity = try other.velocity.indexSelect(samples)
  }

  func selecting(_ samples: Tensor) throws -> Self { try Self(self, samples: samples) }

  func product(_ z: Tensor) throws -> Tensor {
    let grid = equation.grid
    let v = try preconditioner.change(of: z)
    return try grid.row(equation.advectionChange(v, at: velocity).addcmul(v, friction) * grid.weight) - z
  }
}
