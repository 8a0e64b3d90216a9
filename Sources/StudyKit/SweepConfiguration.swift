import Configuration
import Equilibrium
import Records
import Support

/// The section `sweep` of a pipeline file.
public struct SweepConfiguration<Case: CaseStudy> {
  /// What makes the next iterate, K times.
  public var solver: SolverSettings
  /// Samples that are measured, from the first; nil for all.
  public var samples: Int?
  /// Samples that one thread works through at a time.
  public var chunk: Int
  /// Element type of model and inputs.
  public var precision: TrainingConfiguration.Precision
  /// Whether the output of every sample at every iteration is stored, and not only its error.
  public var savesOutputs: Bool
  /// The splits that the pipeline sweeps; the stage itself takes one.
  public var splits: [Split]
  /// The changes of the input along which Lipschitz ratios are measured.
  public var perturbations: [any InputPerturbation<Case.Batch>]
  /// What training costs in memory; nil leaves it unmeasured.
  public var memory: MemoryStudy?
  /// Where local Lipschitz constants are computed.
  public var lipschitz: LocalLipschitz
  /// Random starts of implicit models; nil for none.
  public var starts: RandomStarts?
  /// Solvers that implicit models are iterated with beside `solver`, as many steps, for comparison.
  public var solvers: [Solver]
  /// How a published model is measured; nil for case studies without one.
  public var checkpoint: (any CheckpointSweep)?

  /// K: an implicit model is measured at the iterates 0 ... K.
  public var iterations: Int { solver.stopping.maximumIterations }

  /// - Throws: `Failure` (usage) for what is no such section, with its place in the file.
  public init(reading section: ConfigurationSection) throws {
    let iterations = try section.integer("iterations", default: 32, in: 1...100_000, "test-time iterations")
    solver = try SolverSettings(
      reading: section.section("solver", "what makes the next iterate"), iterations: iterations, exact: true)
    samples = try section.optionalInteger("samples", in: 1..., "samples that are measured; all, if missing")
    chunk = try section.integer("chunk", default: 50, in: 1..., "samples that one thread works through at a time")
    precision = try section.choice(
      "precision", default: TrainingConfiguration.Precision.float64,
      "element type; differences of outputs under small perturbations need float64")
    savesOutputs = try section.boolean(
      "save_outputs", default: false, "store the output of every sample at every iteration")
    splits = try section.choices(
      "splits", default: [Split.test, .train], count: 1..., "splits that the pipeline sweeps")
    try section.requireUnique(splits, "splits")
    perturbations = try Case.perturbations(
      reading: section.section("perturbations", "changes of the input along which Lipschitz ratios are measured"))
    memory = try section.optionalSection(
      "memory", "peak memory of one gradient against the forward iterations; not measured, if missing"
    ).map { try MemoryStudy(reading: $0) }
    lipschitz = try LocalLipschitz(
      reading: section.section("lipschitz", "the local Lipschitz constant of the map from the input to the iterate"))
    starts = try section.optionalSection(
      "starts", "random initial states of implicit models, beside the usual one; none, if missing"
    ).map { try RandomStarts(reading: $0) }
    solvers = try section.sections(
      "solvers", count: 0..., "solvers to compare with `solver`: error and residual of implicit models against evaluations"
    ).map { try SolverSettings(reading: $0, iterations: iterations, exact: true).solver }
    try section.requireUnique(solvers.map(\.kind), "solvers")
    checkpoint = try (Case.self as? any HasPublishedModel.Type)?.checkpointSweep(
      reading: section.section("checkpoint", "how a published model is measured (implicit-sweep published)"))
    try section.finish()
  }
}
