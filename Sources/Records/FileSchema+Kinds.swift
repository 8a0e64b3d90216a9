import HDF5

/// The definition of each kind of file.
extension FileSchema {
  private static let values: [ElementType] = [.float32, .float64, .int64, .uint8]

  private static let sampleObjects = [
    ObjectSchema(
      "/*", [.string], [], required: false,
      "a text that all samples share, for example the `tokenizer` of prompts; the case study defines which there are"),
    ObjectSchema(
      "/*/index", [.int64], ["sample"], required: false, coordinate: true,
      "number of the draw that gave the sample, ascending; it keys the random numbers of the sample"),
    ObjectSchema(
      "/*/*", values, ["sample", "..."], units: nil,
      "one field of all samples of the split; the case study defines which there are"),
  ]

  private static let splitAttributes = [
    AttributeSchema("attempts", .int64, required: false, "draws examined, up to the last sample kept"),
    AttributeSchema("rejected", .int64, required: false, "draws among them that gave no sample"),
    AttributeSchema("keep", .int64, required: false, "largest number of samples kept"),
  ]

  static let dataset = FileSchema(
    kind: .dataset,
    purpose: "Samples with their labels. `/train` and `/test`, and if wanted `/valid`, hold the same fields.",
    attributes: [], objects: sampleObjects, groupAttributes: [("/*", splitAttributes)])

  static let datasetShard = FileSchema(
    kind: .datasetShard,
    purpose: "The samples of one contiguous range of draws, to be merged with the other shards into a dataset.",
    attributes: [
      AttributeSchema("shard_index", .int64, "number of this shard, 1 ... `shard_count`"),
      AttributeSchema("shard_count", .int64, "number of shards that make up the dataset"),
    ], objects: sampleObjects,
    groupAttributes: [
      (
        "/*",
        splitAttributes + [
          AttributeSchema("first_draw", .int64, "first draw of this shard"),
          AttributeSchema("end_draw", .int64, "one more than the last draw of this shard"),
          AttributeSchema("draws", .int64, "draws of all shards together"),
        ]
      )
    ])

  private static let modelAttributes = [
    AttributeSchema("model", .string, "name of the model in the configuration, for example `implicit-8`"),
    AttributeSchema("architecture", .string, "name of the architecture"),
    AttributeSchema("configuration", .string, "settings of the architecture, as YAML"),
    AttributeSchema("seed", .int64, required: false, "seed of the initial parameters and of the training"),
    AttributeSchema("dataset_sha256", .string, required: false, "content hash of the dataset it was trained on"),
  ]

  private static func arrays(_ path: String, required: Bool = false, _ longName: String) -> ObjectSchema {
    ObjectSchema(path, values + [.uint16, .complex(bits: 32)], nil, required: required, longName)
  }

  private static let history = [
    ObjectSchema("/history/step", [.int64], ["step"], required: false, "training steps done, ascending"),
    ObjectSchema(
      "/history/*", [.float64], ["step"], units: nil, required: false, allowsNaN: true,
      "one curve of the training; NaN where it was not evaluated at that step"),
  ]

  static let model = FileSchema(
    kind: .model, purpose: "One trained model.",
    attributes: modelAttributes + [
      AttributeSchema("trained_iterations", .int64, required: false, "the most iterations of a step of the training"),
      AttributeSchema(
        "solver", .string, required: false, "fixed-point solver of the training, as YAML: `{name: picard, damping: 0.7}`"),
    ],
    objects: [
      arrays(
        "/parameters/**",
        "a parameter under its dotted name; `uint16` holds bfloat16 bits where the attribute `encoding` says so")
    ] + history)

  static let checkpoint = FileSchema(
    kind: .checkpoint, purpose: "A training that can be continued, bit for bit.",
    attributes: modelAttributes + [
      AttributeSchema(
        "identity", .string, required: false, "what a continued training must have in common with this one")
    ],
    objects: [
      arrays("/parameters/**", required: true, "parameters at this moment"),
      arrays("/optimizer/**", "state of the optimizer"),
      ObjectSchema("/counters/*", [.int64, .float64], [], required: true, "steps done and other running numbers"),
      arrays("/best/parameters/**", "parameters of the best moment so far"),
      arrays("/average/parameters/**", "averaged parameters, where the training averages them"),
      ObjectSchema("/best/counters/*", [.int64, .float64], [], required: false, "where and how good that moment was"),
    ] + history)

  static let outputs = FileSchema(
    kind: .outputs, purpose: "What a model makes of inputs, one output for each.",
    attributes: [
      AttributeSchema("model", .string, "name of the model"),
      AttributeSchema("architecture", .string, "name of the architecture"),
      AttributeSchema("solver", .string, "fixed-point solver, `none` for an explicit model"),
      AttributeSchema("iterations", .int64, "test-time iterations; 1 for an explicit model"),
      AttributeSchema("split", .string, "split of the inputs: `train`, `valid` or `test`"),
      AttributeSchema("dataset_sha256", .string, required: false, "content hash of the inputs, where they state one"),
      AttributeSchema("model_sha256", .string, required: false, "content hash of the model"),
    ],
    objects: [
      ObjectSchema("/sample", [.int64], ["sample"], "number of the draw that gave the input"),
      ObjectSchema(
        "/output", [.float32, .float64], ["sample", "..."], units: nil, allowsNaN: true,
        "output of the model, as the label of the case study is", note: "NaN where the iteration met a value that is not finite"),
      ObjectSchema(
        "/residual", [.float64], ["sample"], required: false, allowsNaN: true,
        "||G(y) - y|| at the last iterate of an implicit model", note: "infinite where that is not finite"),
    ])

  static let sweep = FileSchema(
    kind: .sweep, purpose: "One model on one split of one dataset, over test-time iterations and perturbations.",
    attributes: [
      AttributeSchema("model", .string, "name of the model"),
      AttributeSchema("architecture", .string, "name of the architecture"),
      AttributeSchema("is_iterative", .uint8, "1 for an implicit model, 0 for an explicit one (then K is 1)"),
      AttributeSchema("solver", .string, "fixed-point solver, `none` for an explicit model"),
      AttributeSchema("seed", .int64, "seed the model was trained with"),
      AttributeSchema("parameter_count", .int64, "number of trained parameters"),
      AttributeSchema("trained_iterations", .int64, required: false, "the most iterations of a step of the training"),
      AttributeSchema("split", .string, "split of the dataset: `train`, `valid` or `test`"),
      AttributeSchema("error_name", .string, "what the error is, for axes and tables"),
      AttributeSchema(
        "subject", .string, required: false, "the part of the dataset that the model is about, if not all of it"),
      AttributeSchema("dataset_sha256", .string, required: false, "content hash of the dataset"),
      AttributeSchema("model_sha256", .string, required: false, "content hash of the model"),
    ],
    objects: [
      ObjectSchema("/iteration", [.int64], ["iteration"], "test-time iterations, ascending"),
      ObjectSchema("/sample", [.int64], ["sample"], "number of the draw that gave the sample"),
      ObjectSchema(
        "/perturbation", [.string], ["perturbation"], required: false, names: true, "name of each kind of perturbation"),
      ObjectSchema(
        "/ratio_meaning", [.string], ["perturbation"], required: false,
        "what /lipschitz_ratio is for each kind: which change over which, in which units"),
      ObjectSchema(
        "/error", [.float64], ["sample", "iteration"], units: nil, "error against the label",
        note: "infinite from where the sample's iteration met a value that is not finite"),
      ObjectSchema(
        "/residual", [.float64], ["sample", "iteration"], required: false, allowsNaN: true,
        "||G(y) - y||, undamped; NaN where the model has none", note: "infinite as /error"),
      ObjectSchema(
        "/relative_residual", [.float64], ["sample", "iteration"], required: false, allowsNaN: true,
        "||G(y) - y|| / ||G(y)||, undamped", note: "infinite as /error"),
      ObjectSchema(
        "/limit_period", [.uint8], ["sample"], required: false,
        "after how many iterations the last state was there before, to 1e-3 of its norm: 1 it stands still, 2 and more a cycle, "
          + "0 none up to 8"),
      ObjectSchema(
        "/contraction_factor", [.float64], ["sample"], required: false, allowsNaN: true,
        "geometric mean of ||r_(t+1)|| / ||r_t||, r = G(y) - y, over the last half of the iterations before ||r|| is below 1e-8 "
          + "of ||G(y)|| (1e-6 in float32)", note: "NaN where that leaves no step"),
      ObjectSchema("/starts/start", [.int64], ["start"], required: false, "number of each random start, from 1"),
      ObjectSchema(
        "/starts/error", [.float64], ["start", "start_sample", "iteration"], units: nil, required: false,
        "error from each random start, of the first samples", note: "infinite as /error"),
      ObjectSchema(
        "/starts/relative_residual", [.float64], ["start", "start_sample", "iteration"], required: false,
        "||G(y) - y|| / ||G(y)|| from each random start", note: "infinite as /error"),
      ObjectSchema(
        "/starts/spread", [.float64], ["start_sample"], required: false,
        "largest distance between the last states of two starts, the usual one included, over the largest norm of a last state",
        note: "infinite where a start met a value that is not finite"),
      ObjectSchema("/solvers/solver", [.string], ["solver"], required: false, names: true, "solvers beside that of the sweep"),
      ObjectSchema(
        "/solvers/error", [.float64], ["solver", "sample", "iteration"], units: nil, required: false,
        "error of the iterates of each solver", note: "infinite as /error"),
      ObjectSchema(
        "/solvers/relative_residual", [.float64], ["solver", "sample", "iteration"], required: false,
        "||G(y) - y|| / ||G(y)|| of these iterates", note: "infinite as /error"),
      ObjectSchema(
        "/solvers/evaluations", [.float64], ["solver", "sample", "iteration"], required: false,
        "evaluations of G up to the residual of the iterate"),
      ObjectSchema(
        "/lipschitz_ratio", [.float64], ["perturbation", "sample", "iteration"], required: false, allowsNaN: true,
        "change of the output over change of the input; NaN where the perturbed problem has no solution",
        note: "infinite from where the iteration of either problem met a value that is not finite"),
      ObjectSchema(
        "/perturbed_error", [.float64], ["perturbation", "sample", "iteration"], units: nil, required: false,
        allowsNaN: true, "error on the perturbed problem; NaN where that has no solution",
        note: "infinite as /lipschitz_ratio"),
      ObjectSchema(
        "/local_lipschitz", [.float64], ["local_lipschitz_sample", "local_lipschitz_iteration"], required: false,
        "largest singular value of d y_t / d x for the first samples, in the scaled units that the model sees",
        note: "infinite where that is not finite"),
      ObjectSchema(
        "/local_lipschitz_converged", [.uint8], ["local_lipschitz_sample", "local_lipschitz_iteration"], required: false,
        "1 where its power iteration converged; elsewhere it is a lower bound"),
      ObjectSchema(
        "/local_lipschitz_iteration", [.int64], ["local_lipschitz_iteration"], required: false, "the iterations t of these"),
      ObjectSchema(
        "/quality/*", [.float64], ["sample", "iteration"], units: nil, required: false, allowsNaN: true,
        "a further measure of the output, which the case study defines", note: "NaN from where /error is infinite"),
      ObjectSchema(
        "/seconds", [.float64], ["iteration"], units: "s", measurement: true,
        "wall time of one sample from its input to the output of this iteration"),
      ObjectSchema(
        "/flops", [.float64], ["iteration"],
        "floating-point operations of one sample from its input to the output of this iteration"),
      ObjectSchema(
        "/memory/adjoint", [.string], ["adjoint"], required: false, names: true, "gradients whose memory was measured"),
      ObjectSchema("/memory/iteration", [.int64], ["iteration"], required: false, "forward iterations of these gradients"),
      ObjectSchema(
        "/memory/peak", [.int64], ["adjoint", "iteration"], units: "B", required: false, measurement: true,
        "the most memory that one gradient of the loss needs at a time, beyond model and data"),
      ObjectSchema(
        "/status", [.uint8], ["sample"], required: false,
        "how the solve ended: 0 converged, 1 iteration limit, 2 diverged, 3 non-finite",
        note: "all iterations are made, and only a value that is not finite ends a sample; 2 is one whose residual exceeded a "
          + "million times max(||y_0||, ||G(y_0)||) on the way, all its numbers as measured"),
      ObjectSchema(
        "/output", [.float32, .float64], ["sample", "iteration", "..."], units: nil, required: false, allowsNaN: true,
        "output of the model at each iteration", note: "NaN from where the sample's iteration met a value that is not finite"),
    ])

  static let summary = FileSchema(
    kind: .summary, purpose: "Tables that the aggregation made of sweeps.", attributes: [],
    objects: [
      ObjectSchema(
        "/tables/*/*", [.float64, .int64, .string], ["row"], units: nil, allowsNaN: true, names: true,
        "one column of a table; NaN where there is no number")
    ])
}
