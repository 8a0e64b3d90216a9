import Support
import Torch

/// Random states to start from: y_0 + scale e, with e standard normal in every entry, brought back to where states may be.
public struct RandomStart: Equatable, Sendable {
  /// Standard deviation of what is added to the usual start, in units of the state; above 0.
  public var scale: Double

  /// Starts of this spread around the usual one.
  public init(scale: Double = 1) { self.scale = scale }

  /// A start for every sample of a batch.
  ///
  /// - Parameters:
  ///   - random: of each sample, so that its start does not depend on its batch mates, `[B]`.
  package func state<Network: ImplicitModel>(
    of network: Network, _ context: Network.Context, random: [KeyedRandom]
  ) throws -> Tensor {
    let usual = try network.initialState(context)
    let entries = usual.count / max(1, random.count)
    var random = random
    let normals = random.indices.flatMap { random[$0].normals(entries) }
    let noise = try Tensor(normals, shape: usual.shape).to(type: usual.type, device: usual.device)
    return try network.admissible(usual + noise * scale, context)
  }
}
