import Torch

/// One direction of message passing on the bipartite graph of a linear program (Chen, Liu, Wang, Lu, Yin, "On representing
/// linear programs by graph neural networks", ICLR 2023).
///
/// With L and R the perceptrons of the left (constraint) and right (variable) features, the message along edge (i, j) is A_ij times
/// the transformed feature of its source, and a target gets
///
///     out([sum of its messages, its own transformed feature])
///
/// so that towards constraints the aggregate is A R(v), and towards variables it is A^T L(c).
struct HalfConvolution: Module {
  enum Target { case constraints, variables }

  let target: Target
  let left: TwoLayerPerceptron
  let right: TwoLayerPerceptron
  let output: TwoLayerPerceptron

  /// - Parameters:
  ///   - leftWidth: width of the constraint features.
  ///   - rightWidth: width of the variable features; the result has the width of the target's.
  init(towards target: Target, leftWidth: Int, rightWidth: Int, type: DType) throws {
    self.target = target
    let width = target == .constraints ? leftWidth : rightWidth
    left = try TwoLayerPerceptron(leftWidth, leftWidth, leftWidth, type: type)
    right = try TwoLayerPerceptron(rightWidth, rightWidth, rightWidth, firstBias: false, type: type)
    output = try TwoLayerPerceptron(leftWidth + rightWidth, width, width, type: type)
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("feature_module_left", left)
    named.add("feature_module_right", right)
    named.add("output_module", output)
    return named
  }

  /// The updated features of the target, after a ReLU.
  ///
  /// - Parameters:
  ///   - constraints: `[B m, leftWidth]`
  ///   - variables: `[B n, rightWidth]`, possibly in two pieces side by side.
  func callAsFunction(constraints: Tensor, variables: Columns, _ batch: LinearProgramBatch) throws -> Tensor {
    let l = try left(constraints)
    let r = try right(variables.first, beside: variables.second)
    switch target {
    case .constraints: return try output(batch.matrix.product(r), beside: l, rectified: true)
    case .variables: return try output(batch.transposedMatrix.product(l), beside: r, rectified: true)
    }
  }
}

/// A matrix given as one piece or as two pieces side by side, which need not be joined.
struct Columns {
  let first: Tensor
  var second: Tensor?
}
