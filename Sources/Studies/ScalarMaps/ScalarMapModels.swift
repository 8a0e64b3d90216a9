import StudyKit

/// The models of the case study, from their sections of a pipeline file.
enum ScalarMapModels {
  /// The operator of the proof, and learned networks, implicit and explicit.
  static let architectures = [
    Architecture<ScalarMapBatch>("constructed") { section in
      let target = try TargetMap(reading: section)
      let step = try StepSize(reading: section, for: target)
      return ModelDescription(subject: ScalarMapStudy.subject(target)) { _, _ in .implicit(try ConstructedOperator(target, step))
      }
    },
    perceptron("implicit-perceptron") { .implicit(try ImplicitPerceptron(dimension: $0, width: $1, seed: $2)) },
    perceptron("explicit-perceptron", iterates: false) { .explicit(try ExplicitPerceptron(dimension: $0, width: $1, seed: $2)) },
  ]

  private static func perceptron(
    _ name: String, iterates: Bool = true,
    build: @escaping @Sendable (_ dimension: Int, _ width: Int, _ seed: UInt64) throws -> Model<ScalarMapBatch>
  ) -> Architecture<ScalarMapBatch> {
    Architecture(name, iterates: iterates) { section in
      let target = try TargetMap(reading: section)
      let width = try section.integer("width", in: 1...65_536, "width w of the hidden layers")
      return ModelDescription(subject: ScalarMapStudy.subject(target)) { _, seed in try build(target.dimension, width, seed) }
    }
  }
}
