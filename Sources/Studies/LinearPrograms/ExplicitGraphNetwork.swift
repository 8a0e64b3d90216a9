import StudyKit
import Torch

/// The explicit network of the paper: embeddings of width e, four half-convolutions, a head on the variables.
public struct ExplicitGraphNetwork: ExplicitModel {
  private let embedding: GraphEmbedding
  private let convolutions: [(name: String, layer: HalfConvolution)]
  private let head: TwoLayerPerceptron

  public init(embedding width: Int, type: DType = .float32) throws {
    embedding = try GraphEmbedding(width: width, type: type)
    convolutions = try halfConvolutions(leftWidth: width, rightWidth: width, type: type)
    head = try TwoLayerPerceptron(width, width, 1, secondBias: false, type: type)
  }

  /// Named as in the published code.
  public var parameters: NamedParameters {
    var named = embedding.parameters
    for (name, layer) in convolutions { named.add(name, layer) }
    named.add("output_module", head)
    return named
  }

  /// The predicted solutions `[B, n]`.
  public func predict(_ batch: LinearProgramBatch) throws -> Tensor {
    let (constraints, variables) = try embedding(batch)
    let features = try exchanged(
      constraints: constraints, variables: Columns(first: variables), batch, by: convolutions)
    return try head(features).reshaped([batch.sampleCount, -1])
  }
}

/// Linear and ReLU on the raw features of both kinds of nodes.
struct GraphEmbedding: Module {
  let constraints: Linear
  let variables: Linear

  init(width: Int, type: DType) throws {
    constraints = try Linear(2, width, type: type)
    variables = try Linear(3, width, type: type)
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("cons_embedding.0", constraints)
    named.add("var_embedding.0", variables)
    return named
  }

  /// `[B m, e]` and `[B n, e]`.
  func callAsFunction(_ batch: LinearProgramBatch) throws -> (constraints: Tensor, variables: Tensor) {
    try (constraints(batch.constraintFeatures).relu(), variables(batch.variableFeatures).relu())
  }
}

/// Towards constraints, towards variables, and again, under the names of the reference.
func halfConvolutions(
  leftWidth: Int, rightWidth: Int, type: DType
) throws -> [(name: String, layer: HalfConvolution)] {
  let plan: [(String, HalfConvolution.Target)] = [
    ("conv_v_to_c", .constraints), ("conv_c_to_v", .variables), ("conv_v_to_c2", .constraints),
    ("conv_c_to_v2", .variables),
  ]
  return try plan.map { name, target in
    (name, try HalfConvolution(towards: target, leftWidth: leftWidth, rightWidth: rightWidth, type: type))
  }
}

/// Applies half-convolutions in turn and returns the features of the variables.
func exchanged(
  constraints: Tensor, variables: Columns, _ batch: LinearProgramBatch,
  by convolutions: [(name: String, layer: HalfConvolution)]
) throws -> Tensor {
  var (constraints, variables) = (constraints, variables)
  for (_, layer) in convolutions {
    let updated = try layer(constraints: constraints, variables: variables, batch)
    switch layer.target {
    case .constraints: constraints = updated
    case .variables: variables = Columns(first: updated)
    }
  }
  return variables.first
}
