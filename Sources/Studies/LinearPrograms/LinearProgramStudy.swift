import Configuration
import Records
import StudyKit
import Torch

/// The case study `linear-programs`: from a linear program to its solution, learned by graph networks.
public enum LinearProgramStudy: HasPublishedResults {
  /// What `case_study` of a pipeline file says.
  public static let name = "linear-programs"
  /// The heading of its reports.
  public static let title = "Linear programs, solved by graph neural networks"
  /// What every one of its files cites.
  public static let references = [
    "Liu, Ding, Osher, Yin: Implicit models: expressive power scales with test-time compute, ICLR 2026",
    "Chen, Liu, Wang, Lu, Yin: On representing linear programs by graph neural networks, ICLR 2023",
  ]

  /// Reads `dataset`: the distribution of programs, and how many are drawn and kept.
  public static func generator(
    reading section: ConfigurationSection, seed: UInt64
  ) throws -> any SampleGenerator {
    let distribution = try InstanceDistribution(reading: section)
    let plans = try [(Split.train, 8000, 2500), (.valid, 1000, 250), (.test, 3000, 1000)].map { split, attempts, keep in
      try SplitPlan(
        reading: section, split, attempts: (attempts, "programs drawn; about half of them are feasible"),
        keep: (keep, "feasible programs kept, the first ones"))
    }
    try section.finish()
    return LinearProgramGenerator(distribution: distribution, plans: plans, seed: seed)
  }

  /// Explicit and implicit graph networks of one setting, their width.
  public static let architectures = LinearProgramModels.architectures

  /// The programs side by side, one block of A each; solutions `[B, n]`.
  public static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions
  ) throws -> LinearProgramBatch {
    try LinearProgramBatch(
      ProgramBatch(programs(reader, split, rows: rows)), solutions: reader.values("solution", split, rows: rows, as: Double.self),
      options: options)
  }

  /// Mean squared error over the variables.
  public static func losses(_ output: Tensor, _ batch: LinearProgramBatch) throws -> Tensor {
    try (output - batch.solutions).pow(2).mean(dimensions: [1])
  }

  /// The measure of Table 1 of the paper.
  public static let error = Measure<LinearProgramBatch>("error", "||y - y*|| / (||y*|| + 1)") { output, batch in
    try (output - batch.solutions).sampleNorms() / (batch.solutions.sampleNorms() + 1)
  }

  /// Reads `sweep.perturbations`: changes of A, b, c, l or u.
  public static func perturbations(
    reading section: ConfigurationSection
  ) throws -> [any InputPerturbation<LinearProgramBatch>] {
    let kinds = try section.choices(
      "kinds", default: Perturbation.Kind.allCases, count: 0..., "what is changed: A, b, c, l or u")
    let norm = try section.number("norm", default: 1e-4, in: .above(0, through: 1e6), "Euclidean norm of the change")
    try section.finish()
    try section.requireUnique(kinds, "kinds")
    return try kinds.map { LinearProgramPerturbation(perturbation: try Perturbation($0, norm: norm)) }
  }

  /// Table 1 of the paper.
  public static let publishedResults: [PublishedResult] = {
    let source = "Liu et al., ICLR 2026, Table 1"
    let table: [(kind: String, train: [Double], test: [Double])] = [
      ("explicit", [0.387, 0.233, 0.183, 0.112], [0.397, 0.273, 0.283, 0.318]),
      ("implicit", [0.203, 0.162, 0.131, 0.118], [0.218, 0.177, 0.152, 0.156]),
    ]
    return table.flatMap { row in
      zip([4, 8, 16, 32], zip(row.train, row.test)).flatMap { width, errors in
        [(Split.train, errors.0), (.test, errors.1)].map {
          PublishedResult(model: "\(row.kind)-\(width)", split: $0, error: $1, source: source)
        }
      }
    }
  }()
}
