import Configuration
import Records
import StudyKit
import Torch

/// The case study `scalar-maps`: the theorem itself. Locally Lipschitz maps as fixed points of regular operators, constructed and
/// learned.
public enum ScalarMapStudy: HasFigures {
  /// What `case_study` of a pipeline file says.
  public static let name = "scalar-maps"
  /// The heading of its reports.
  public static let title = "Scalar maps: the theorem itself, exact and learned"
  /// What every one of its files cites.
  public static let references = [
    "Liu, Ding, Osher, Yin: Implicit models: expressive power scales with test-time compute, ICLR 2026"
  ]

  /// Which map it is, the point x, and y = F(x); float64.
  public static let layout = DatasetLayout(
    caseStudy: name, title: title, references: references,
    fields: [
      FieldSchema(
        "map", [], .uint8, role: .input,
        "target map: "
          + TargetMap.Kind.allCases.enumerated().map { "\($0) \($1.rawValue)" }.joined(separator: ", ")),
      FieldSchema("level", [], .float64, role: .input, "Lipschitz constant of ramps and zigzag; 0 for the other maps"),
      FieldSchema("x", ["coordinate"], .float64, role: .input, "point; 0 in the coordinates that its map does not have"),
      FieldSchema("y", [], .float64, role: .label, "F(x)"),
    ])

  /// What our own generator adds to each sample.
  static let certificate = FieldSchema(
    "local_lipschitz", [], .float64, role: .certificate, "local Lipschitz constant of F at x")

  /// Reads `dataset`: the maps, and where their points are drawn.
  public static func generator(reading section: ConfigurationSection, seed: UInt64) throws -> any SampleGenerator {
    let targets = try section.sections("targets", "the maps, and where their samples lie").map(SampledTarget.init)
    let nearest = try section.number(
      "nearest", default: 1e-3, in: .above(0, through: 0.1),
      "every second sample lies near a singularity, no nearer than this times the width of the window")
    let plans = try [Split.train, .test].map { split in
      var plan = try SplitPlan(reading: section, split, samples: 512, "samples of each map")
      plan.draws *= targets.count
      return plan
    }
    try section.finish()
    try section.requireUnique(targets.map(\.target.name), "targets")
    return ScalarGenerator(targets: targets, nearest: nearest, plans: plans, seed: seed)
  }

  /// The operator of the proof, and learned networks, implicit and explicit.
  public static let architectures = [
    Architecture<ScalarBatch>("constructed") { section in
      let target = try TargetMap(reading: section)
      let step = try StepSize(reading: section, for: target)
      return ModelDescription(subject: subject(target)) { _, _ in .implicit(try ConstructedOperator(target, step)) }
    },
    perceptron("implicit-perceptron") { .implicit(try ImplicitPerceptron(dimension: $0, width: $1, seed: $2)) },
    perceptron("explicit-perceptron") { .explicit(try ExplicitPerceptron(dimension: $0, width: $1, seed: $2)) },
  ]

  private static func perceptron(
    _ name: String, build: @escaping @Sendable (_ dimension: Int, _ width: Int, _ seed: UInt64) throws -> Model<ScalarBatch>
  ) -> Architecture<ScalarBatch> {
    Architecture(name) { section in
      let target = try TargetMap(reading: section)
      let width = try section.integer("width", in: 1...65_536, "width w of the hidden layers")
      return ModelDescription(subject: subject(target)) { _, seed in try build(target.dimension, width, seed) }
    }
  }

  /// Points x, padded with zeros to `[B, n]`, and values F(x) `[B, 1]`.
  public static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions
  ) throws -> ScalarBatch {
    let (targets, points) = try points(reader, split, rows: rows)
    return try ScalarBatch(
      targets, points, values: reader.values("y", split, rows: rows, as: Double.self), options: options)
  }

  /// Squared error.
  public static func losses(_ output: Tensor, _ batch: ScalarBatch) throws -> Tensor {
    try (output - batch.y).pow(2).mean(dimensions: [1])
  }

  /// Relative where F is large, absolute where it is small.
  public static let error = Measure<ScalarBatch>("error", "|y - F(x)| / (|F(x)| + 1)") { output, batch in
    try (output - batch.y).sampleNorms() / (batch.y.sampleNorms() + 1)
  }

  /// Reads `sweep.perturbations`: changes of x of given lengths.
  public static func perturbations(
    reading section: ConfigurationSection
  ) throws -> [any InputPerturbation<ScalarBatch>] {
    let norms = try section.numbers(
      "norms", default: [1e-6], in: .above(0, through: 1), count: 0..., "lengths of the change of x, each a kind of its own")
    try section.finish()
    try section.requireUnique(norms, "norms")
    return norms.map { PointPerturbation(norm: $0) }
  }
}

extension StepSize {
  /// Reads the keys `step` and `rate` of a section that may have others.
  init(reading section: ConfigurationSection, for target: TargetMap) throws {
    self = try section.variant("step", default: Name.recipe, "step size eps(x) of the operator") { name in
      func rate() throws -> Double {
        try section.number("rate", default: 0.5, in: .above(0, through: 1), "eps itself, or eps over x")
      }
      return switch name {
      case .recipe: .recipe
      case .linear: .linear(rate: try rate())
      case .figure1: .figure1
      case .constant: .constant(rate: try rate())
      }
    }
    try section.check { try requireFit(to: target) }
  }
}
