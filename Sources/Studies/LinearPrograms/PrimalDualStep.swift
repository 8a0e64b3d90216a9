import Torch

/// One over-relaxed step of the primal-dual hybrid gradient method (Chambolle and Pock, "A first-order primal-dual algorithm for convex
/// problems with applications to imaging", JMIV 2011) on B linear programs, with step sizes tau > 0 for each variable and sigma > 0 for
/// each constraint:
///
///     x' = the nearest point to x - tau (c + A'y) in the box l <= . <= u
///     y' = y + sigma (A (2 x' - x) - b), or 0 where that is negative and the constraint is an inequality
///     (x, y) <- (x, y) + rho ((x', y') - (x, y)),   0 < rho < 2
///
/// **Its fixed points are the saddle points.** If (x', y') = (x, y), then x minimises c'x + y'A x over the box (the first line is the
/// optimality condition of that, whatever tau), and y >= 0 on inequalities maximises y'(A x - b) (the second line, whatever sigma): those
/// are the KKT conditions of the program.
///
/// **It converges to one**, from any start, where || Sigma^(1/2) A T^(1/2) || <= 1 with T = diag(tau), Sigma = diag(sigma): the step
/// without relaxation is a proximal point step in the metric [[T^-1, -A'], [-A, Sigma^-1]], which is then positive semidefinite, and so
/// averaged; relaxed by rho < 2 it still is (Condat, "A primal-dual splitting method for convex optimization", JOTA 2013).
///
/// **These step sizes have that norm for every d > 0, p > 0 and s > 0**:
///
///     tau_j = s d_j / sum_i |A_ij| p_i ,   sigma_i = p_i / (s sum_j |A_ij| d_j)
///
/// since for unit vectors u and v, by Cauchy and Schwarz (as in Pock and Chambolle, "Diagonal preconditioning for first order primal-dual
/// algorithms in convex optimization", ICCV 2011, where d and p are 1), with r_i = sum_j |A_ij| d_j and k_j = sum_i |A_ij| p_i,
///
///     (sum_ij |A_ij| u_i v_j (p_i d_j / (r_i k_j))^(1/2))^2 <= sum_ij |A_ij| d_j / r_i u_i^2  sum_ij |A_ij| p_i / k_j v_j^2 = 1.
///
/// So whatever chooses d, p, s and the start, the iteration has the right fixed points and gets there.
public struct PrimalDualStep: Sendable {
  /// The programs, in units of their own.
  let problem: ScaledPrograms
  /// `[B n, 1]`
  let primalSteps: Tensor
  /// `[B m, 1]`
  let dualSteps: Tensor
  /// rho, a scalar.
  let relaxation: Tensor

  /// A sum of |A_ij| below this counts as this: a variable in no constraint goes to its bound at once.
  private static let smallestSum = 1e-4

  /// - Parameters:
  ///   - primal: d, `[B n, 1]`, positive.
  ///   - dual: p, `[B m, 1]`, positive.
  ///   - balance: s, positive.
  init(_ problem: ScaledPrograms, primal: Tensor, dual: Tensor, balance: Tensor, relaxation: Tensor) throws {
    self.problem = problem
    self.relaxation = relaxation
    let columns = try problem.magnitudes.transposed.product(dual).clamped(atLeast: Self.smallestSum)
    let rows = try problem.magnitudes.product(primal).clamped(atLeast: Self.smallestSum)
    primalSteps = try balance * primal / columns
    dualSteps = try dual / (balance * rows)
  }

  /// `[B, n + m]` -> `[B, n + m]`.
  func callAsFunction(_ state: Tensor) throws -> Tensor {
    let (x, y) = try problem.parts(of: state)
    let gradient = try problem.costs + problem.transposed.product(y)
    let nextX = try (x - primalSteps * gradient).maximum(problem.lower).minimum(problem.upper)
    let violation = try problem.matrix.product(nextX * 2 - x) - problem.rightHandSides
    let nextY = try (y + dualSteps * violation).maximum(problem.lowestDuals)
    return try state + relaxation * (problem.state(nextX, nextY) - state)
  }
}

/// B linear programs in units of their own: x in those of the bounds, y in those of the costs. Networks on them, and steps of equal
/// size, then give the same for a program whose costs, or whose bounds and right-hand sides, are multiplied by a number.
struct ScaledPrograms: Sendable {
  let sampleCount: Int
  let variables: Int
  let matrix, transposed, magnitudes: SparseMatrix
  /// `[B n, 1]`
  let costs, lower, upper: Tensor
  /// `[B m, 1]`; duals of inequalities are at least 0, those of equalities have no bound.
  let rightHandSides, isEquality, lowestDuals: Tensor
  /// What a unit of x is, `[B, 1]`: the root mean square of the bounds.
  let unit: Tensor
  /// What a unit of y is, `[B, 1]`: the mean magnitude of the costs.
  let dualUnit: Tensor

  init(_ batch: LinearProgramBatch) throws {
    sampleCount = batch.sampleCount
    variables = batch.solutions.shape[1]
    (matrix, transposed) = (batch.matrix, batch.transposedMatrix)
    magnitudes = try batch.matrix.magnitudes
    let constraints = batch.constraintFeatures.shape[0] / max(1, batch.sampleCount)
    func column(_ features: Tensor, _ index: Int) throws -> Tensor {
      try features.select(1, index).reshaped([batch.sampleCount, -1])
    }
    let (c, l, u) = try (
      column(batch.variableFeatures, 0), column(batch.variableFeatures, 1), column(batch.variableFeatures, 2)
    )
    unit = try ((l.pow(2) + u.pow(2)).mean(dimensions: [1], keeping: true) * 0.5).sqrt().clamped(atLeast: 1e-12)
    dualUnit = try c.abs().mean(dimensions: [1], keeping: true).clamped(atLeast: 1e-12)
    (costs, lower, upper) = try (
      (c / dualUnit).reshaped([-1, 1]), (l / unit).reshaped([-1, 1]), (u / unit).reshaped([-1, 1])
    )
    rightHandSides = try (column(batch.constraintFeatures, 0) / unit).reshaped([-1, 1])
    isEquality = try batch.constraintFeatures.select(1, 1).reshaped([batch.sampleCount * constraints, 1])
    lowestDuals = try isEquality * -1e30
  }

  /// x `[B n, 1]` and y `[B m, 1]` of a state `[B, n + m]`.
  func parts(of state: Tensor) throws -> (x: Tensor, y: Tensor) {
    let duals = state.shape[1] - variables
    return try (
      state.narrow(1, from: 0, count: variables).reshaped([-1, 1]),
      state.narrow(1, from: variables, count: duals).reshaped([-1, 1])
    )
  }

  /// The state `[B, n + m]` of x `[B n, 1]` and y `[B m, 1]`.
  func state(_ x: Tensor, _ y: Tensor) throws -> Tensor {
    try .concatenated([x.reshaped([sampleCount, -1]), y.reshaped([sampleCount, -1])], dimension: 1)
  }

  /// The nearest point to a state `[B, n + m]` with x in its bounds and duals of inequalities of at least 0.
  func admissible(_ state: Tensor) throws -> Tensor {
    let (x, y) = try parts(of: state)
    return try self.state(x.maximum(lower).minimum(upper), y.maximum(lowestDuals))
  }

  /// x in the units of the programs, inside of its bounds, `[B, n]`: over-relaxed steps may leave the box until they converge.
  func solution(of state: Tensor) throws -> Tensor {
    try parts(of: state).x.maximum(lower).minimum(upper).reshaped([sampleCount, -1]) * unit
  }
}
