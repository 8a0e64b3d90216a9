import StudyKit
import Torch

/// The implicit network of the paper. The state y is one number for each variable; one step of G embeds it beside the static
/// embedding of the variable, exchanges features with the constraints by four half-convolutions that start from the static
/// embedding of the constraints, and reads the next state off the variables:
///
///     v = [static embedding, y]   (width e + 1),   y <- to_y(half-convolutions(static constraints, v))
///
/// The output is not y itself but a head on [static embedding, y].
public struct ImplicitGraphNetwork: ImplicitModel {
  private let embedding: GraphEmbedding
  private let convolutions: [(name: String, layer: HalfConvolution)]
  private let toState: Linear
  private let head: TwoLayerPerceptron

  /// What a batch contributes, the same in every iteration.
  public struct Context: Sendable {
    let batch: LinearProgramBatch
    /// Static embeddings: `[B m, e]` and `[B n, e]`.
    let constraints: Tensor
    let variables: Tensor
  }

  public init(embedding width: Int, type: DType = .float32) throws {
    embedding = try GraphEmbedding(width: width, type: type)
    convolutions = try halfConvolutions(leftWidth: width, rightWidth: width + 1, type: type)
    toState = try Linear(width + 1, 1, type: type)
    head = try TwoLayerPerceptron(width + 1, width, 1, secondBias: false, type: type)
  }

  /// Named as in the published code.
  public var parameters: NamedParameters {
    var named = embedding.parameters
    for (name, layer) in convolutions { named.add("deq_func.\(name)", layer) }
    named.add("deq_func.to_y", toState)
    named.add("output_module", head)
    return named
  }

  /// The static embeddings of constraints and variables.
  public func inject(_ batch: LinearProgramBatch) throws -> Context {
    let (constraints, variables) = try embedding(batch)
    return Context(batch: batch, constraints: constraints, variables: variables)
  }

  /// y_0 = 0, `[B, n]`.
  public func initialState(_ context: Context) throws -> Tensor { try .zeros(like: context.batch.solutions) }

  /// y_t = G(y_{t-1}, x): `[B, n]` -> `[B, n]`.
  public func step(_ state: Tensor, _ context: Context) throws -> Tensor {
    let features = try exchanged(
      constraints: context.constraints, variables: beside(state, context), context.batch, by: convolutions)
    return try toState(features).reshaped(state.shape)
  }

  /// The predicted solutions `[B, n]`.
  public func readout(_ state: Tensor, _ context: Context) throws -> Tensor {
    let features = try beside(state, context)
    return try head(features.first, beside: features.second).reshaped(state.shape)
  }

  /// [static embedding, y] of every variable, `[B n, e + 1]`.
  private func beside(_ state: Tensor, _ context: Context) throws -> Columns {
    Columns(first: context.variables, second: try state.reshaped([-1, 1]))
  }
}
