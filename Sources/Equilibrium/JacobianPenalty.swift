import Torch

/// A penalty on the Jacobian of the map where the loss is taken, which keeps the iteration contractive in training:
///
///     weight * sum_b ||e_b' dG_b/dy||^2 / d,   e_b standard normal of d entries,
///
/// an unbiased estimate of weight * sum_b ||dG_b/dy||_F^2 / d (Hutchinson's). Bai, Koltun, Kolter, "Stabilizing equilibrium
/// models by Jacobian regularization", ICML 2021. It costs one application of the map, differentiated twice.
public struct JacobianPenalty {
  /// At least 0.
  public var weight: Double
  /// Draws e for the given state, `[B, ...]`, of the state's shape and type.
  public var probe: (Tensor) throws -> Tensor

  /// A penalty whose probes the caller draws, so that they can be keyed.
  public init(weight: Double, probe: @escaping (Tensor) throws -> Tensor) {
    self.weight = weight
    self.probe = probe
  }

  /// The penalty at a state, taken as a constant, divided by the weight: a tracked scalar.
  func value(of map: (Tensor) throws -> Tensor, at state: Tensor) throws -> Tensor {
    let input = try state.detached().tracked()
    let output = try map(input)
    let pulled = try Autograd.gradients(
      of: [output], withRespectTo: [input], cotangents: [probe(input)], keepGraph: true, createGraph: true)[0]
    let entries = max(1, state.count / max(1, state.shape.first ?? 1))
    return try (pulled * pulled).sum() * (1 / Double(entries))
  }
}
