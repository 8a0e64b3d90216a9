import StudyKit

/// The models of the case study, from their sections of a pipeline file.
enum LinearProgramModels {
  /// Explicit and implicit graph networks of one setting, their width.
  static let architectures = [
    architecture("explicit-gnn", iterates: false) { .explicit(try ExplicitGraphNetwork(embedding: $0)) },
    architecture("implicit-gnn") { .implicit(try ImplicitGraphNetwork(embedding: $0)) },
    primalDual,
    Architecture("pdhg") {
      $0.keys.contains("tuning.balance") && $0.count == 2 ? "{}" : nil
    } read: { _ in
      ModelDescription { _, _ in .implicit(try PrimalDualMethod()) }
    },
  ]

  /// A primal-dual method with learned steps.
  private static let primalDual = Architecture<LinearProgramBatch>("primal-dual") { shapes in
    let rounds = shapes.keys.filter { $0.hasSuffix(".variables.output_module.2.bias") }.count
    return shapes["primal.0.weight"]?.first.map { "{embedding: \($0), rounds: \(rounds)}" }
  } read: { section in
    let width = try section.integer("embedding", in: 1...4096, "width e of the node features")
    let rounds = try section.integer("rounds", default: 3, in: 1...100, "rounds of messages, to the constraints and back")
    return ModelDescription { _, seed in
      let model = try PrimalDualNetwork(embedding: width, rounds: rounds)
      for (name, parameter) in model.parameters where parameter.value.rank > 1 {
        // Step sizes and start begin near those of the classical method; what is added in a round begins small.
        let isLast = ["primal.2.weight", "dual.2.weight"].contains(name) || name.hasSuffix("output_module.2.weight")
        let value = try Initialization.orthogonal(parameter.value.shape, gain: isLast ? 0.1 : 1, seed: seed, name: name)
        try parameter.assign(value.to(type: parameter.value.type))
      }
      return .implicit(model)
    }
  }

  /// A graph network, whose one setting is its width.
  private static func architecture(
    _ name: String, iterates: Bool = true, build: @escaping @Sendable (_ width: Int) throws -> Model<LinearProgramBatch>
  ) -> Architecture<LinearProgramBatch> {
    Architecture(name, iterates: iterates) { shapes in
      shapes["var_embedding.0.weight"]?.first.map { "{embedding: \($0)}" }
    } read: { section in
      let width = try section.integer("embedding", in: 1...4096, "width e of the node features")
      return ModelDescription { _, seed in
        let model = try build(width)
        // As published: orthogonal weights, biases zero.
        for (name, parameter) in model.module.parameters where parameter.value.rank > 1 {
          let value = try Initialization.orthogonal(parameter.value.shape, seed: seed, name: name)
          try parameter.assign(value.to(type: parameter.value.type))
        }
        return model
      }
    }
  }
}
