import Torch

/// The loss at an equilibrium and its gradient.
public struct EquilibriumGradient {
  /// Scalar, without history.
  public let loss: Tensor
  /// One for each parameter, of its shape; zeros for a parameter that neither the map nor the loss uses.
  public let gradients: [Tensor]
  /// The state at which the loss was taken, `[B, ...]`, without history.
  public let state: Tensor
  /// The solve for the equilibrium; nil for the unrolled adjoint, which runs none.
  public let forward: Solution<Tensor>?
  /// The solve of the implicit adjoint; nil for the others.
  public let backward: Solution<Tensor>?
  /// The value of each penalty, not multiplied by its weight: for example sum_b ||e_b' dG_b/dy||^2 / d.
  public let squaredJacobians: [Tensor]
}

/// The loss L(y*) at the equilibrium y* = G(y*) of a map and its gradient with respect to parameters.
///
/// The map and the loss may both depend on the parameters, also through a context computed beforehand with tracking on
/// (dL/dp then includes the way through the context; its graph is used once). A sample that did not converge is not an error: look at the statuses in the result.
///
/// - Parameters:
///   - map: G, `[B, ...]` to the same shape, sample by sample.
///   - start: y_0, `[B, ...]`. A constant, but for the unrolled adjoint: there the gradient goes on into its history.
///   - parameters: tracked tensors.
///   - forward: how to find y*; not used by the unrolled adjoint.
///   - adjoint: how to differentiate through it.
///   - lossSteps: for the unrolled adjoint: the numbers of the steps, ascending from 1, whose states have a loss; their mean is the
///     loss. Empty for the last step alone.
///   - loss: a scalar of the state, readout included.
///   - penalties: added to the loss before it is differentiated, at the state where the loss is taken; they are not part of the
///     loss that is returned.
/// - Throws: `EquilibriumError` for invalid settings, a changed shape, or a loss that is not a differentiable scalar;
///   whatever `map` or `loss` throws.
public func equilibriumGradient(
  of map: (Tensor) throws -> Tensor, from start: Tensor, parameters: [Tensor], forward: SolverSettings,
  adjoint: Adjoint, penalties: [JacobianPenalty] = [], lossSteps: [Int] = [], loss: (Tensor) throws -> Tensor
) throws -> EquilibriumGradient {
  try adjoint.validate()
  try start.requireEntries(role: "the start of the iteration")
  if case .unrolled(let steps, let damping) = adjoint {
    guard zip([0] + lossSteps, lossSteps).allSatisfy(<), lossSteps.last ?? 1 <= steps else {
      throw EquilibriumError.invalidSetting(
        name: "lossSteps", found: "\(lossSteps)", expected: "ascending numbers from 1 to \(steps), the number of steps")
    }
    return try differentiatedSteps(
      PhantomAdjoint(steps: steps, damping: damping), of: map, from: start, parameters: parameters, penalties: penalties,
      lossSteps: lossSteps, loss: loss, after: nil)
  }
  guard lossSteps.isEmpty else {
    throw EquilibriumError.invalidSetting(
      name: "lossSteps", found: "\(lossSteps)", expected: "none, since only the unrolled adjoint has states on the way")
  }
  let start = try start.detached()
  let solution = try Autograd.withoutTracking { try fixedPoint(of: map, from: start, settings: forward) }
  switch adjoint {
  case .implicit(let implicit):
    return try implicitGradient(implicit, of: map, at: solution, parameters: parameters, penalties: penalties, loss: loss)
  case .phantom(let phantom):
    return try differentiatedSteps(
      phantom, of: map, from: solution.state, parameters: parameters, penalties: penalties, loss: loss,
      after: solution)
  case .jacobianFree, .unrolled:
    return try differentiatedSteps(
      PhantomAdjoint(steps: 1, damping: 1), of: map, from: solution.state, parameters: parameters, penalties: penalties,
      loss: loss, after: solution)
  }
}

/// Back-propagation through damped steps, and into the history of the start where it has one.
private func differentiatedSteps(
  _ settings: PhantomAdjoint, of map: (Tensor) throws -> Tensor, from start: Tensor, parameters: [Tensor],
  penalties: [JacobianPenalty], lossSteps: [Int] = [], loss: (Tensor) throws -> Tensor, after solution: Solution<Tensor>?
) throws -> EquilibriumGradient {
  try Autograd.withTracking {
    var state = start
    var losses: [Tensor] = []
    for step in 1...settings.steps {
      state = try state.lerp(to: trackedValue(of: map, at: state), weight: settings.damping)
      if lossSteps.contains(step) { losses.append(try scalarLoss(loss, at: state)) }
    }
    let value =
      try losses.isEmpty
      ? scalarLoss(loss, at: state) : losses.dropFirst().reduce(losses[0]) { try $0 + $1 } * (1 / Double(losses.count))
    let jacobians = try penalties.map { try $0.value(of: map, at: state) }
    let gradients = try Autograd.gradients(
      of: [value] + weighted(jacobians, penalties), withRespectTo: parameters)
    return EquilibriumGradient(
      loss: try value.detached(), gradients: gradients, state: try state.detached(), forward: solution, backward: nil,
      squaredJacobians: try jacobians.map { try $0.detached() })
  }
}

/// dL/dp = partial L + u' partial G with u = (dG/dy)' u + dL/dy.
///
/// The loss is taken at a leaf of its own, so that its gradient dL/dy stops there and the one last backward pass, from
/// the loss with cotangent 1 and from the tracked application with cotangent u, adds the two terms.
private func implicitGradient(
  _ settings: ImplicitAdjoint, of map: (Tensor) throws -> Tensor, at solution: Solution<Tensor>,
  parameters: [Tensor], penalties: [JacobianPenalty], loss: (Tensor) throws -> Tensor
) throws -> EquilibriumGradient {
  try Autograd.withTracking {
    let input = try solution.state.tracked()
    let output = try trackedValue(of: map, at: input)
    let seen = try (settings.lossPoint == .equilibrium ? solution.state : output).tracked()
    let value = try scalarLoss(loss, at: seen)
    let slope = try Autograd.gradients(of: [value], withRespectTo: [seen], keepGraph: true)[0]
    // Where the Jacobian is taken: the tracked application itself, or one more at the state that the loss sees.
    let point = settings.lossPoint == .equilibrium ? input : try seen.tracked()
    let image = settings.lossPoint == .equilibrium ? output : try trackedValue(of: map, at: point)
    let backward = try Autograd.withoutTracking {
      try fixedPoint(
        of: { (u: Tensor) in
          try slope
            + Autograd.gradients(of: [image], withRespectTo: [point], cotangents: [u], keepGraph: true)[0]
        }, from: slope, settings: settings.solver)
    }
    let jacobians = try penalties.map { try $0.value(of: map, at: seen) }
    let extra = try weighted(jacobians, penalties)
    let gradients = try Autograd.gradients(
      of: [value, output] + extra, withRespectTo: parameters, cotangents: [nil, backward.state] + extra.map { _ in nil })
    return EquilibriumGradient(
      loss: try value.detached(), gradients: gradients, state: try seen.detached(), forward: solution,
      backward: backward, squaredJacobians: try jacobians.map { try $0.detached() })
  }
}

/// The penalties as further outputs to differentiate; not those that are constant, as for a map that is linear in the state and
/// has no parameter in its slope.
private func weighted(_ values: [Tensor], _ penalties: [JacobianPenalty]) throws -> [Tensor] {
  try zip(values, penalties).filter { value, _ in try value.requiresGradient }.map { try $0 * $1.weight }
}

private func trackedValue(of map: (Tensor) throws -> Tensor, at state: Tensor) throws -> Tensor {
  let value = try map(state)
  try value.requireShape(state.shape, role: "the value of the map")
  return value
}

private func scalarLoss(_ loss: (Tensor) throws -> Tensor, at state: Tensor) throws -> Tensor {
  let value = try loss(state)
  guard value.count == 1 else {
    throw EquilibriumError.notDifferentiable(
      role: "the loss", problem: "it has shape \(value.shape), expected one number; reduce it, for example by mean()")
  }
  guard try value.requiresGradient else {
    throw EquilibriumError.notDifferentiable(
      role: "the loss",
      problem: "it depends neither on the state nor on a tracked parameter; check where its history was cut")
  }
  return value
}
