import Torch

extension Linearization where State == Tensor {
  /// How J v is computed from a map that is differentiated backwards.
  public enum ForwardProducts: String, CaseIterable, Sendable {
    /// The derivative of u -> J' u, which is linear in u, in direction v: exact, but every operator of the map must be twice
    /// differentiable.
    case doubleBackward
    /// Two evaluations of the map, see `centralDifferences(of:at:)`.
    case centralDifferences
  }

  /// The Jacobian of a map at a point.
  ///
  /// With map = y -> G(y, x) and point = y it is dG/dy; with map = x -> y_t(x), t steps unrolled, and point = x its spectral norm
  /// is the local Lipschitz constant of x -> y_t. The graph of one evaluation lives as long as this value.
  ///
  /// - Parameters:
  ///   - map: acts sample by sample, `[B, ...]` to `[B, ...]`, not necessarily of the same shape.
  ///   - point: where, `[B, ...]`.
  public init(
    of map: @escaping (Tensor) throws -> Tensor, at point: Tensor,
    forwardProducts: ForwardProducts = .doubleBackward
  ) throws {
    let input = try point.tracked()
    let output = try Autograd.withTracking { try map(input) }
    let product: (Tensor) throws -> Tensor
    switch forwardProducts {
    case .doubleBackward:
      let cotangent = try Tensor.zeros(like: output.detached()).tracked()
      let pulled = try Autograd.gradients(
        of: [output], withRespectTo: [input], cotangents: [cotangent], keepGraph: true, createGraph: true)[0]
      product = { direction in
        // A map that does not depend on its input has no graph to differentiate.
        guard try pulled.requiresGradient else { return try Tensor.zeros(like: output.detached()) }
        return try Autograd.gradients(
          of: [pulled], withRespectTo: [cotangent], cotangents: [direction], keepGraph: true)[0]
      }
    case .centralDifferences:
      let differences = try Self.centralDifferences(of: map, at: point)
      product = { direction in try Autograd.withoutTracking { try differences(direction) } }
    }
    self.init(
      product: product,
      transposedProduct: { cotangent in
        try Autograd.gradients(of: [output], withRespectTo: [input], cotangents: [cotangent], keepGraph: true)[0]
      })
  }
}
