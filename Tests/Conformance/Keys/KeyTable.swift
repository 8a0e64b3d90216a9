import Foundation

/// What the search for an effect of the keys of one case study cannot find out by itself. Most case studies need little of it.
struct KeyTable: Sendable {
  /// Come first: what makes a run of this case study tiny.
  var smaller: [String] = []
  /// Settings under which a key can act, by the beginning of its path (`x.`), its end (`.x`) or something in it (`.x.`). `{section}`
  /// stands for the section that the key is in, `{training}` for the section `training`.
  var contexts: [(part: String, overrides: [String])] = []
  /// How a condition of the reference, such as `method: darcy`, is met, where more than setting that key is needed.
  var conditions: [String: [String]] = [:]
  /// Values to try first, by the end of the path, as YAML. `{folder}` and `{root}` are the folders of the test and of the repository.
  var values: [(end: String, texts: [String])] = []
  /// Keys that change no number, with the reason.
  var exceptions: [String: String] = [:]
  /// Folder of a published model that is small enough for tests.
  var checkpoint: String?

  static func of(_ study: String) -> KeyTable { tables[study] ?? KeyTable() }

  private static let tables: [String: KeyTable] = [
    "averages": shared, "linear-programs": linearPrograms, "scalar-maps": scalarMaps, "deblurring": deblurring,
    "looped-language": loopedLanguage, "steady-flows": steadyFlows,
  ]

  /// The adjoint equation at the first iterate of weights that have grown: its solver does not converge.
  private static let noncontractive = [
    "{training}.phases.0.learning_rate=0.5", "{training}.phases.0.steps=8", "{training}.phases.0.iterations=1",
  ]

  /// The keys that all case studies have, tested with the template study.
  private static let shared = KeyTable(
    smaller: [
      "dataset.train.samples=8", "dataset.valid.samples=4", "dataset.test.samples=4", "sweep.iterations=4", "sweep.memory=null",
      "sweep.splits=[test, train]",
    ],
    contexts: [
      (".mode", ["{section}.tolerance=0.1"]),
      (".regularization_is_relative", ["{section}.regularization=0.1"]),
      // Large steps: the iteration does not contract any more, so that its last iterate is not its best one.
      (".solver.returning", ["{training}.phases.0.learning_rate=2", "{training}.phases.0.steps=8"]),
      (".solver.line_search", ["{training}.phases.0.learning_rate=2", "{training}.phases.0.steps=8"]),
      (".backward.returning", noncontractive),
      (".backward.line_search", noncontractive),
      (
        ".rollback.threshold",
        ["{training}.phases.0.learning_rate=1", "{section}={threshold: 1, factor: 0.5, floor: 1e-3}"]
      ),
      (".rollback.factor", ["{training}.phases.0.learning_rate=1", "{section}={threshold: 1, factor: 0.5, floor: 1e-3}"]),
      (".rollback.floor", ["{training}.phases.0.learning_rate=1", "{section}={threshold: 1, factor: 0.5, floor: 1e-3}"]),
      (".loss_iterations", ["{training}.adjoint={name: unrolled}", "{training}.phases.0.iterations=3"]),
      (".validation.", ["{training}.validation={every: 2, iterations: 3}"]),
      // Weights of 30: the iterates jump between the corners of a cube. Small batches: the last weights are kept, not the best.
      ("sweep.solver.line_search", ["training.phases.0.learning_rate=30", "training.phases.0.steps=2", "training.batch_size=4"]),
      // Large steps: the residual does not fall.
      (".solver.patience", ["{training}.phases.0.learning_rate=2", "{training}.phases.0.steps=8"]),
      (".backward.patience", noncontractive),
      ("sweep.solver.patience", ["training.phases.0.learning_rate=30", "training.phases.0.steps=2", "training.batch_size=4"]),
      (
        "sweep.solvers[].patience",
        [
          "training.phases.0.learning_rate=30", "training.phases.0.steps=2", "training.batch_size=4",
          "sweep.solvers=[{name: picard}]",
        ]
      ),
      (
        "sweep.solvers[].line_search",
        [
          "training.phases.0.learning_rate=30", "training.phases.0.steps=2", "training.batch_size=4",
          "sweep.solvers=[{name: broyden}]",
        ]
      ),
      ("sweep.solvers[].", ["sweep.solvers=[{name: anderson}]"]),
      ("sweep.starts.", ["sweep.starts={count: 2}"]),
      (".spectral_steps", ["{training}.phases.0.spectral_weight=1"]),
      (".untracked_distribution", ["{training}.phases.0.untracked_iterations=4"]),
      ("sweep.memory.", ["sweep.memory={iterations: [2, 3], samples: 4}"]),
      ("sweep.lipschitz.", ["sweep.lipschitz={iterations: [2], tolerance: 1e-6}"]),
      ("aggregate.expect[].", ["aggregate.expect=[{name: a, model: implicit, iteration: 2, at_most: 1e9}]"]),
      (
        "aggregate.expect[].relative_to.",
        ["aggregate.expect=[{name: a, model: implicit, iteration: 2, relative_to: {iteration: 1}, at_most: 1e9}]"]
      ),
      (
        "aggregate.expect[].minus.",
        ["aggregate.expect=[{name: a, model: implicit, iteration: 2, minus: {iteration: 1}, at_most: 1e9}]"]
      ),
      (".perturbation", ["aggregate.expect.0.metric=lipschitz_ratio"]),
      (".kinds_at_least", ["aggregate.expect.0.metric=lipschitz_ratio"]),
    ],
    values: [
      (".patience", ["1"]), ("sweep.starts", ["{count: 2}"]), ("sweep.solvers", ["[{name: anderson}]"]),
      (".symmetries", ["[order]"]), (".loss_iterations", ["[1]"]), (".initial", ["implicit"]),
      (".weights", ["\"{folder}/weights.safetensors\""]),
      (".model", ["explicit"]), (".metric", ["residual", "lipschitz_ratio"]), (".perturbation", ["all", "x"]),
      (".at_most", ["1e-9"]), (".threshold", ["1000", "1e6"]), (".at_least", ["1e8"]),
    ],
    exceptions: [
      "case_study": "decides who reads the file; another value is refused",
      "training.checkpoint_seconds": "when checkpoints are written, not what is trained",
      "models.<name>.training.checkpoint_seconds": "when checkpoints are written, not what is trained",
      "training.phases[].difficulty": "for case studies with degrees of difficulty: tested with looped-language",
      "models.<name>.training.phases[].difficulty": "for case studies with degrees of difficulty: tested with looped-language",
      "sweep.chunk": "samples side by side: the curves of each are the same, by rounding at most",
      "aggregate.compare_with_published": "for case studies with published results: ReportTests",
    ])

  private static let linearPrograms = KeyTable(
    smaller: [
      "dataset.train={attempts: 12, keep: 4}", "dataset.valid={attempts: 12, keep: 2}", "dataset.test={attempts: 12, keep: 2}",
      "training.phases=[{steps: 1, iterations: 2, learning_rate: 1e-2}]", "sweep.memory=null",
    ])

  private static let scalarMaps = KeyTable(
    smaller: ["training.phases=[{steps: 1, iterations: 2, learning_rate: 1e-2}]", "sweep.memory=null"])

  private static let deblurring = KeyTable(
    smaller: [
      "dataset.train.samples=2", "dataset.valid.samples=1", "dataset.test.samples=1",
      "training.phases=[{steps: 1, iterations: 2, learning_rate: 1e-3}]", "training.validation=null", "sweep.memory=null",
      "models.denoiser.training.phases=[{steps: 1, iterations: 1, learning_rate: 1e-3}]", "sweep.perturbations.frequencies=[0.5]",
    ],
    exceptions: [
      "dataset.images.kind": "the other kind needs a folder of pictures: DeblurringTests",
      "dataset.images.path": "needs a folder of pictures: DeblurringTests",
      "dataset.kernel.path": "needs a file of kernels: DeblurringTests",
      "dataset.kernel.dataset": "needs a file of kernels: DeblurringTests",
      "dataset.kernel.index": "needs a file of kernels: DeblurringTests",
    ])

  private static let loopedLanguage = KeyTable(
    smaller: [
      "dataset.train.samples=16", "dataset.test.samples=4", "sweep.memory=null",
      "training.phases=[{steps: 1, iterations: 2, learning_rate: 1e-2}]", "sweep.perturbations.kinds=[embedding]",
    ],
    contexts: [
      (
        "sweep.checkpoint.",
        [
          "sweep.checkpoint={words: \"{root}/data/contrast-words.tsv\", pairs: 1, recurrences: [2], maximum_length: 24, "
            + "precision: float32}"
        ]
      )
    ],
    conditions: [
      "task: modular-arithmetic": ["dataset.task=modular-arithmetic", "dataset.nodes=null"],
      "task: group-words": ["dataset.task=group-words", "dataset.nodes=null"],
    ],
    values: [
      (".words", ["\"{folder}/words.tsv\""]), (".templates", ["[\"Tell of {word} in {field}.\"]"]), (".recurrences", ["[1]"]),
      (".modulus", ["5"]), (".vocabulary", ["30"]),
    ],
    exceptions: ["sweep.checkpoint.batch": "prompts side by side: each has the same texts"],
    checkpoint: "Tests/Fixtures/huginn_tiny")

  private static let steadyFlows = KeyTable(
    smaller: [
      "dataset.train={attempts: 4, keep: 2}", "dataset.valid={attempts: 2, keep: 1}", "dataset.test={attempts: 2, keep: 1}",
      "training.chunk=1", "training.batch_size=2",
      "training.phases=[{steps: 1, iterations: 2, learning_rate: 1e-3}]", "sweep.memory=null",
      "sweep.perturbations.frequencies=[0.5]",
    ],
    contexts: [
      (".forcing.shift", ["dataset.forcing.exponent=1"]),
      (".forcing.kolmogorov_wave", ["dataset.forcing.kolmogorov_amplitude=1e-3"]),
      (".solver.krylov_cycles", ["dataset.solver.krylov_vectors=2"]),
      (
        ".solver.smallest_increment",
        [
          "dataset.forcing.deviation=0.03", "dataset.solver.first_amplitude=1", "dataset.solver.newton_steps=5",
          "dataset.solver.tolerance=1e-6",
        ]
      ),
      (".solver.coarsest_size", ["dataset.size=32", "dataset.forcing.highest_wave=2"]),
      (".noise.field", ["dataset.noise.level=0.1"]),
      (".perturbations.viscosity", ["sweep.perturbations.protocol=paper"]),
      (".perturbations.batch_size", ["sweep.perturbations.protocol=paper"]),
    ],
    conditions: [
      "method: manufactured": ["dataset.method=manufactured", "dataset.forcing=null"],
      "method: darcy": [
        "dataset.method=darcy", "dataset.forcing=null", "dataset.largest_tail=null", "dataset.stored_every=null",
        "dataset.viscosity=null",
      ],
    ],
    values: [(".coarsest_size", ["16"]), (".newton_steps", ["1"])],
    exceptions: ["dataset.method": "other methods have other keys, which are tested with them"])
}
