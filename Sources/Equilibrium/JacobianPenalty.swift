import Torch

/// A penalty on the Jacobian J_b = dG_b/dy of the map where the loss is taken, which keeps the iteration contractive in training. It costs
/// one application of the map, differentiated twice, and for the spectral radius some more products with the transposed Jacobian.
public struct JacobianPenalty {
  /// What of the Jacobian is penalised.
  public enum Kind: Equatable, Sendable {
    /// weight * sum_b ||e_b' J_b||^2 / d, e_b standard normal of d entries: an unbiased estimate of weight * sum_b ||J_b||_F^2 / d
    /// (Hutchinson's). Bai, Koltun, Kolter, "Stabilizing equilibrium models by Jacobian regularization", ICML 2021.
    case frobenius
    /// weight * sum_b ||u_b' J_b||^2 with u_b the unit vector that some steps of the power method, u <- J'u / ||J'u||, make of the probe;
    /// the last of the given number of products is the one that is differentiated. With many steps u_b is the left eigenvector of the
    /// dominant eigenvalue, where that is real and alone, and the value is the square of the spectral radius; with one step, u_b is a
    /// random direction, and it is the Frobenius penalty.
    case spectralRadius(steps: Int)
  }

  /// At least 0.
  public var weight: Double
  /// The mean square of all singular values, or the largest eigenvalue.
  public var kind: Kind
  /// Draws a standard normal vector for the given state, `[B, ...]`, of the state's shape and type.
  public var probe: (Tensor) throws -> Tensor

  /// A penalty whose probes the caller draws, so that they can be keyed.
  public init(weight: Double, kind: Kind = .frobenius, probe: @escaping (Tensor) throws -> Tensor) {
    self.weight = weight
    self.kind = kind
    self.probe = probe
  }

  func validate() throws {
    if case .spectralRadius(let steps) = kind { try requirePositive(steps, name: "steps") }
  }

  /// The penalty at a state, taken as a constant, divided by the weight: a tracked scalar.
  func value(of map: (Tensor) throws -> Tensor, at state: Tensor) throws -> Tensor {
    try validate()
    let input = try state.detached().tracked()
    let output = try map(input)
    func pulled(_ direction: Tensor, createGraph: Bool = false) throws -> Tensor {
      try Autograd.gradients(
        of: [output], withRespectTo: [input], cotangents: [direction], keepGraph: true, createGraph: createGraph)[0]
    }
    var direction = try probe(input)
    var share = 1.0
    switch kind {
    case .frobenius: share = 1 / Double(max(1, state.count / max(1, state.shape.first ?? 1)))
    case .spectralRadius(let steps):
      direction = try direction.unitSamples()
      for _ in 1..<steps { direction = try pulled(direction).unitSamples() }
    }
    let image = try pulled(direction, createGraph: true)
    return try (image * image).sum() * share
  }
}

extension Tensor {
  /// Every sample divided by its Euclidean norm; zeros stay zeros.
  fileprivate func unitSamples() throws -> Tensor {
    let lengths = try sampleNorms().clamped(atLeast: 1e-30)
    return try self / lengths.reshaped([shape[0]] + Array(repeating: 1, count: rank - 1))
  }
}
