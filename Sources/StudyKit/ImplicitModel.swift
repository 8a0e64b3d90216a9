import Torch

/// A network that computes its output by iterating one block to a fixed point, y_t = G(y_{t-1}, x).
///
/// Training, sweeping, Lipschitz estimation and the memory study are written once against this protocol.
public protocol ImplicitModel<Batch>: Module {
  associatedtype Batch
  /// What the block needs of the input x, computed once for all iterations.
  associatedtype Context

  /// The injection of the input. Tracked: gradients flow to parameters and inputs through it.
  func inject(_ batch: Batch) throws -> Context
  /// y_0, `[B, ...]`.
  func initialState(_ context: Context) throws -> Tensor
  /// One application of the block, G(y, x). Acts on each sample separately.
  func step(_ state: Tensor, _ context: Context) throws -> Tensor
  /// The output of the network at the state y.
  func readout(_ state: Tensor, _ context: Context) throws -> Tensor
  /// The nearest state to this one that the block may be started from, where not every array of numbers is one: the nearest point of a
  /// box, or of the range of pixels. `[B, ...]` to the same shape, sample by sample. Random starts go through it. The state itself,
  /// unless the model says otherwise.
  func admissible(_ state: Tensor, _ context: Context) throws -> Tensor
}

extension ImplicitModel {
  /// The state itself.
  public func admissible(_ state: Tensor, _ context: Context) throws -> Tensor { state }
}
