import Configuration
import Records
import StudyKit
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

  /// Hops or operations; `training.phases[].difficulty` selects by it.
  public static let difficultyField = "difficulty"
  /// Texts that a published model wrote.
  public static let fileSchemas = [GenerationFile.schema]

  /// Reads `dataset`: the task and its sizes.
  public static func generator(
    reading section: ConfigurationSection, seed: UInt64
  ) throws -> any SampleGenerator {
    try LoopedLanguageGenerator(reading: section, seed: seed)
  }

  /// The looped transformer, one whose blocks are not tied, and the algorithm itself.
  public static let architectures = LoopedLanguageModels.architectures

  /// Tokens `[B, L]`, their lengths and answers `[B]`.
  public static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions
  ) throws -> LoopedLanguageBatch {
    try batch(reader, split, rows: rows, prefix: "", options: options)
  }

  /// - Parameter prefix: of the names of the fields.
  static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], prefix: String, options: TensorOptions
  ) throws -> LoopedLanguageBatch {
    let draws = try reader.draws(of: split)
    return try LoopedLanguageBatch(
      prompts: reader.values("\(prefix)prompt", split, rows: rows, as: Int64.self),
      lengths: reader.values("\(prefix)length", split, rows: rows, as: Int64.self),
      answers: reader.values("\(prefix)answer", split, rows: rows, as: Int64.self), draws: rows.map { draws[$0] },
      location: "\(reader.path):/\(split.rawValue)", device: options.device)
  }

  /// Cross-entropy of the answers, in nats.
  public static func losses(_ output: Tensor, _ batch: LoopedLanguageBatch) throws -> Tensor {
    try output.logSumExp(dimension: -1)
      - output.gather(batch.answers.unsqueezed(1), dimension: 1).squeezed(1)
  }

  /// 0 for the right answer, 1 for any other.
  public static let error = Measure<LoopedLanguageBatch>("error", "wrong answers") { output, batch in
    try 1 - output.argmax(dimension: -1).isEqual(to: batch.answers).to(type: output.type)
  }

  /// The likeliest token, `[B]`.
  public static func solutions(_ output: Tensor, _ reader: DatasetReader, _ split: Split, rows: [Int]) throws -> Tensor {
    try output.argmax(dimension: -1).to(type: .float64)
  }

  /// Reads `sweep.checkpoint`: prompts and recurrences for a published model.
  public static func checkpointSweep(reading section: ConfigurationSection) throws -> any CheckpointSweep {
    try GenerationSweep(reading: section)
  }

  /// Reads `sweep.perturbations`: the contrast prompt, or a change of the embeddings.
  public static func perturbations(
    reading section: ConfigurationSection
  ) throws -> [any InputPerturbation<LoopedLanguageBatch>] {
    let kinds = try section.choices(
      "kinds", default: PerturbationKind.allCases, count: 0...,
      "embedding: a random direction; contrast: another prompt; edit: the same, with distances in words")
    let norm = try section.number("norm", default: 1e-3, in: .above(0, through: 1e6), "Euclidean norm in embedding space")
    try section.finish()
    try section.requireUnique(kinds, "kinds")
    return kinds.map { LoopedLanguagePerturbation(kind: $0, norm: norm) }
  }
}
