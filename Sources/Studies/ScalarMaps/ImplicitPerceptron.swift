import StudyKit
import Torch

/// The learned implicit network: a two-layer perceptron of width w iterated on a state of w numbers, with a linear readout,
///
///     z_t = W2 relu(W1 [z_{t-1}, x] + b1) + b2,   z_0 = 0,   y_t = c z_t + d
public struct ImplicitPerceptron: ImplicitModel {
  private let dimension: Int
  private let width: Int
  private let block: TwoLayerPerceptron
  private let head: Linear

  /// What a batch contributes, the same in every iteration.
  public struct Context: Sendable {
    /// `[B, n]`
    let x: Tensor
  }

  /// - Parameter dimension: n, of x.
  public init(dimension: Int, width: Int, seed: UInt64) throws {
    self.dimension = dimension
    self.width = width
    block = try TwoLayerPerceptron(width + dimension, width, width)
    head = try Linear(width, 1)
    let initial = InitialParameters(seed: seed)
    // Half the gain of an orthogonal matrix: the iteration starts out as a contraction.
    try block.first.weight.assign(
      .concatenated(
        [initial.orthogonal([width, width], "block.0.weight"), initial.uniform([width, dimension], "block.0.input")],
        dimension: 1))
    try block.first.bias?.assign(initial.uniform([width], "block.0.bias"))
    try block.second.weight.assign(initial.orthogonal([width, width], gain: 0.5, "block.2.weight"))
    try head.weight.assign(initial.orthogonal([1, width], "head.weight"))
  }

  /// W1, b1, W2, b2 of the block, and c, d of the head.
  public var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("block", block)
    named.add("head", head)
    return named
  }

  /// x, `[B, n]`.
  public func inject(_ batch: ScalarMapBatch) throws -> Context {
    Context(x: try batch.x.narrow(1, from: 0, count: dimension))
  }

  /// z_0 = 0, `[B, w]`.
  public func initialState(_ context: Context) throws -> Tensor {
    try .zeros([context.x.shape[0], width], type: context.x.type, device: context.x.device)
  }

  /// `[B, w]` -> `[B, w]`
  public func step(_ state: Tensor, _ context: Context) throws -> Tensor { try block(state, beside: context.x) }

  /// y_t, `[B, 1]`
  public func readout(_ state: Tensor, _ context: Context) throws -> Tensor { try head(state) }
}
