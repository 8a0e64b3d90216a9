import StudyKit
import Torch

/// The explicit network: two hidden layers of width w, y = c relu(W2 relu(W1 x + b1) + b2) + d.
public struct ExplicitPerceptron: ExplicitModel {
  private let dimension: Int
  private let first: Linear
  private let rest: TwoLayerPerceptron

  public init(dimension: Int, width: Int, seed: UInt64) throws {
    self.dimension = dimension
    first = try Linear(dimension, width)
    rest = try TwoLayerPerceptron(width, width, 1)
    let initial = InitialParameters(seed: seed)
    try first.weight.assign(initial.uniform([width, dimension], "input.weight"))
    try first.bias?.assign(initial.uniform([width], "input.bias"))
    try rest.first.weight.assign(initial.orthogonal([width, width], gain: 2.0.squareRoot(), "rest.0.weight"))
    try rest.second.weight.assign(initial.orthogonal([1, width], "rest.2.weight"))
  }

  /// Weights and biases of its layers.
  public var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("input", first)
    named.add("rest", rest)
    return named
  }

  /// `[B, 1]`
  public func predict(_ batch: ScalarMapBatch) throws -> Tensor {
    try rest(first(batch.x.narrow(1, from: 0, count: dimension)).relu())
  }
}
