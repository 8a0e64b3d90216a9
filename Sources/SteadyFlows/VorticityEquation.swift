import Torch

/// The steady Navier-Stokes equations in vorticity form on the periodic square,
///
///     u . grad(omega) - nu laplace(omega) = g,      g = curl f,
///
/// projected on the kept modes. Everything is without dimension: lengths in units of 1 / (2 pi) of the period, times such that
/// forces are of order one; nu is the inverse Reynolds number in these units.
public struct VorticityEquation: Sendable {
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
    let stresses = try Tensor.concatenated([x * y, (y - x) * (y + x)], dimension: 1)
    return try (grid.modes(of: stresses) * grid.stressToCurl).sum(dimension: 1)
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
}

/// The Jacobian J of the residual at a flow with a preconditioner P from the right, J P^{-1} = 1 + C,
///
///     C z = u . grad(v) + u' . grad(omega) - nu laplace(v) - z,   v = P^{-1} z,   u' the velocity of v,
///
/// on weighted modes as real vectors `[B, n]`, whose Euclidean norm is that of the fields. A product costs two inverse and two
/// forward transforms, because curl div (u u' + u' u) needs no gradient.
struct LinearizedFlow: BatchOperator {
  private let grid: PeriodicGrid
  let preconditioner: FlowPreconditioner
  private let toCurl: Tensor
  private let friction: Tensor
  /// Factors of the velocity change's components in the changes of P and Q: (u_y, -2 u_x) and (u_x, 2 u_y), `[B, 2, N, N]`.
  private let xFactors: Tensor
  private let yFactors: Tensor

  /// - Parameter velocity: of the flow at which the equation is linearised, `[B, 2, N, N]`.
  init(_ equation: VorticityEquation, at velocity: Tensor, _ preconditioner: FlowPreconditioner) throws {
    grid = equation.grid
    self.preconditioner = preconditioner
    toCurl = try grid.stressToCurl * grid.weight
    friction = try grid.square * grid.weight * equation.viscosity
    let (x, y) = try (velocity.narrow(1, from: 0, count: 1), velocity.narrow(1, from: 1, count: 1))
    xFactors = try .concatenated([y, x * -2], dimension: 1)
    yFactors = try .concatenated([x, y * 2], dimension: 1)
  }

  private init(_ other: Self, samples: Tensor) throws {
    (grid, toCurl, friction) = (other.grid, other.toCurl, other.friction)
    preconditioner = try other.preconditioner.selecting(samples)
    xFactors = try other.xFactors.indexed(samples)
    yFactors = try other.yFactors.indexed(samples)
  }

  func selecting(_ samples: Tensor) throws -> Self { try Self(self, samples: samples) }

  func product(_ z: Tensor) throws -> Tensor {
    let v = try preconditioner.change(of: z)
    let change = try grid.fields(of: v.unsqueezed(1) * grid.vorticityToVelocity)
    let stresses = try (xFactors * change.narrow(1, from: 0, count: 1))
      .addingProduct(yFactors, change.narrow(1, from: 1, count: 1))
    let advection = try (grid.modes(of: stresses) * toCurl).sum(dimension: 1)
    return try grid.row(advection + v * friction) - z
  }
}
