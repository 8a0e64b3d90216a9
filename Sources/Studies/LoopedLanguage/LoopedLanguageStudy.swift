import Configuration
import Records
import StudyKit
import Support
import Torch

/// The case study `looped-language`: reasoning problems in words, answered by a transformer whose core is iterated.
public enum LoopedLanguageStudy: HasDifficulty, HasPublishedModel, HasFigures, HasFileFormats {
  /// What `case_study` of a pipeline file says.
  public static let name = "looped-language"
  /// The heading of its reports.
  public static let title = "Reasoning in words, by a looped transformer"
  /// What every one of its files cites.
  public static let references = [
    "Liu, Ding, Osher, Yin: Implicit models: expressive power scales with test-time compute, ICLR 2026",
    "Geiping et al.: Scaling up test-time compute with latent reasoning: a recurrent depth approach, 2025",
  ]

  /// Prompts of tokens, padded at the end, their answers, and a contrast prompt for each.
  public static let layout = DatasetLayout(
    caseStudy: name, title: title, references: references,
    fields: [
      FieldSchema("prompt", ["position"], .int64, role: .input, "tokens of the prompt, padded at the end"),
      FieldSchema("length", [], .int64, role: .input, "tokens of the prompt without padding"),
      FieldSchema("answer", [], .int64, role: .label, "the token that answers the prompt"),
      FieldSchema("difficulty", [], .int64, role: .identifier, "steps that the solution takes: hops or operations"),
      FieldSchema("contrast_prompt", ["position"], .int64, role: .input, "a prompt that differs in few words"),
      FieldSchema("contrast_length", [], .int64, role: .input, "its tokens without padding"),
      FieldSchema("contrast_answer", [], .int64, role: .label, "its answer, another one"),
      FieldSchema("contrast_distance", [], .int64, role: .identifier, "words in which the two prompts differ"),
    ])

  /// Hops or operations; `training.phases[].difficulty` selects by it.
  public static let difficultyField = "difficulty"
  /// Texts that a published model wrote.
  public static let fileSchemas = [GenerationFile.schema]

  /// Reads `dataset`: the task and its sizes.
  public static func generator(
    reading section: ConfigurationSection, seed: UInt64
  ) throws -> any SampleGenerator {
    try ProblemGenerator(reading: section, seed: seed)
  }

  /// The looped transformer, and one whose blocks are not tied.
  public static let architectures = [
    Architecture<LanguageBatch>("looped-transformer") { section in
      var sizes = try TransformerSizes(reading: section)
      sizes.prelude = try section.integer("prelude", default: 0, in: 0...1000, "blocks before the loop")
      sizes.core = try section.integer("core", default: 1, in: 1...1000, "blocks in the loop")
      sizes.coda = try section.integer("coda", default: 0, in: 0...1000, "blocks after the loop")
      sizes.startDeviation = try section.number(
        "start_deviation", default: 0, in: 0...100, "of the random start state, before the embedding's scale; 0: zeros")
      return try description(sizes, section) { .implicit(LoopedLanguageModel(network: $0, seed: $1)) }
    },
    Architecture<LanguageBatch>("untied-transformer") { section in
      var sizes = try TransformerSizes(reading: section)
      sizes.prelude = try section.integer("layers", in: 1...1000, "blocks, every one with its own weights")
      return try description(sizes, section) { network, _ in .explicit(UntiedLanguageModel(network: network)) }
    },
  ]

  private static func description(
    _ sizes: TransformerSizes, _ section: ConfigurationSection,
    build: @escaping @Sendable (LoopedTransformer, _ seed: UInt64) -> Model<LanguageBatch>
  ) throws -> ModelDescription<LanguageBatch> {
    try section.check { try sizes.validate(at: section.location) }
    return ModelDescription { layout, seed in
      try check(sizes, layout)
      let network = try LoopedTransformer(sizes)
      try network.initialize(seed: seed, depth: sizes.prelude + sizes.core + sizes.coda)
      return build(network, seed)
    }
  }

  /// That the model can take in the prompts of a dataset.
  private static func check(_ sizes: TransformerSizes, _ layout: DatasetLayout) throws {
    if let positions = layout.dimensions["position"], positions > sizes.blockSize {
      throw Failure(
        .usage, "expected a block_size of at least \(positions), the positions of the prompts, found \(sizes.blockSize)",
        remedy: "raise models.NAME.block_size")
    }
    guard let text = layout.texts["tokenizer"]?.text else { return }
    let tokenizer = try Tokenizer(json: .init(text.utf8), location: "/tokenizer")
    if tokenizer.vocabularySize > sizes.vocabulary {
      throw Failure(
        .usage, "expected a vocabulary of at least \(tokenizer.vocabularySize) tokens, found \(sizes.vocabulary)",
        remedy: "raise models.NAME.vocabulary to the tokens of the dataset")
    }
  }

  /// Tokens `[B, L]`, their lengths and answers `[B]`.
  public static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions
  ) throws -> LanguageBatch {
    try batch(reader, split, rows: rows, prefix: "", options: options)
  }

  /// - Parameter prefix: of the names of the fields.
  static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], prefix: String, options: TensorOptions
  ) throws -> LanguageBatch {
    let draws = try reader.draws(of: split)
    return try LanguageBatch(
      prompts: reader.values("\(prefix)prompt", split, rows: rows, as: Int64.self),
      lengths: reader.values("\(prefix)length", split, rows: rows, as: Int64.self),
      answers: reader.values("\(prefix)answer", split, rows: rows, as: Int64.self), draws: rows.map { draws[$0] },
      location: "\(reader.path):/\(split.rawValue)", device: options.device)
  }

  /// Cross-entropy of the answers, in nats.
  public static func losses(_ output: Tensor, _ batch: LanguageBatch) throws -> Tensor {
    try output.logSumExp(dimension: -1)
      - output.gather(batch.answers.unsqueezed(1), dimension: 1).squeezed(1)
  }

  /// 0 for the right answer, 1 for any other.
  public static let error = Measure<LanguageBatch>("error", "wrong answers") { output, batch in
    try 1 - output.argmax(dimension: -1).isEqual(to: batch.answers).to(type: output.type)
  }

  /// Reads `sweep.checkpoint`: prompts and recurrences for a published model.
  public static func checkpointSweep(reading section: ConfigurationSection) throws -> any CheckpointSweep {
    try GenerationSweep(reading: section)
  }

  /// Reads `sweep.perturbations`: the contrast prompt, or a change of the embeddings.
  public static func perturbations(
    reading section: ConfigurationSection
  ) throws -> [any InputPerturbation<LanguageBatch>] {
    let kinds = try section.choices(
      "kinds", default: PerturbationKind.allCases, count: 0...,
      "embedding: a random direction; contrast: another prompt; edit: the same, with distances in words")
    let norm = try section.number("norm", default: 1e-3, in: .above(0, through: 1e6), "Euclidean norm in embedding space")
    try section.finish()
    try section.requireUnique(kinds, "kinds")
    return kinds.map { LanguagePerturbation(kind: $0, norm: norm) }
  }
}

extension TransformerSizes {
  /// Reads the keys that all transformers have, of a section that may have others; no blocks yet.
  init(reading section: ConfigurationSection) throws {
    self.init(
      vocabulary: try section.integer("vocabulary", in: 1...1_000_000, "rows of the embedding, at least the tokens of the data"),
      width: try section.integer("width", default: 64, in: 2...65_536, "features of a position"),
      heads: try section.integer("heads", default: 4, in: 1...1024, "attention heads"),
      intermediate: try section.integer("intermediate", default: 128, in: 1...1_000_000, "hidden width of the perceptrons"),
      prelude: 0, core: 0, coda: 0,
      blockSize: try section.integer("block_size", default: 64, in: 1...1_000_000, "the most positions of a prompt"),
      rotaryBase: try section.number(
        "rotary_base", default: 50_000, in: 1...1e9, "of the rotation by position; a smaller one tells close positions apart"))
  }
}
