import StudyKit

/// The models of the case study, from their sections of a pipeline file.
enum LinearProgramModels {
  /// Explicit and implicit graph networks of one setting, their width.
  static let architectures = [
    architecture("explicit-gnn") { .explicit(try ExplicitGraphNetwork(embedding: $0)) },
    architecture("implicit-gnn") { .implicit(try ImplicitGraphNetwork(embedding: $0)) },
  ]

  /// A graph network, whose one setting is its width.
  private static func architecture(
    _ name: String, build: @escaping @Sendable (_ width: Int) throws -> Model<LinearProgramBatch>
  ) -> Architecture<LinearProgramBatch> {
    Architecture(name) { shapes in
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
