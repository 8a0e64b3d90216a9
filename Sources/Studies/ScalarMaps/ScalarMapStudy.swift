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
    return ScalarMapGenerator(targets: targets, nearest: nearest, plans: plans, seed: seed)
  }

  /// The operator of the proof, and learned networks, implicit and explicit.
  public static let architectures = ScalarMapModels.architectures

  /// Points x, padded with zeros to `[B, n]`, and values F(x) `[B, 1]`.
  public static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions
  ) throws -> ScalarMapBatch {
    let (targets, points) = try points(reader, split, rows: rows)
    return try ScalarMapBatch(
      targets, points, values: reader.values("y", split, rows: rows, as: Double.self), options: options)
  }

  /// Squared error.
  public static func losses(_ output: Tensor, _ batch: ScalarMapBatch) throws -> Tensor {
    try (output - batch.y).pow(2).mean(dimensions: [1])
  }

  /// Relative where F is large, absolute where it is small.
  public static let error = Measure<ScalarMapBatch>("error", "|y - F(x)| / (|F(x)| + 1)") { output, batch in
    try (output - batch.y).sampleNorms() / (batch.y.sampleNorms() + 1)
  }

  /// Reads `sweep.perturbations`: changes of x of given lengths.
  public static func perturbations(
    reading section: ConfigurationSection
  ) throws -> [any InputPerturbation<ScalarMapBatch>] {
    let norms = try section.numbers(
      "norms", default: [1e-6], in: .above(0, through: 1), count: 0..., "lengths of the change of x, each a kind of its own")
    try section.finish()
    try section.requireUnique(norms, "norms")
    return norms.map { ScalarMapPerturbation(norm: $0) }
  }
}
