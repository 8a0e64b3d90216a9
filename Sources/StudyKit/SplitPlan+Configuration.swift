import Configuration
import Records

extension SplitPlan {
  /// Reads the section of a split whose draws are all kept: the key `samples`.
  ///
  /// - Parameters:
  ///   - dataset: the section that has the split's.
  ///   - samples: how many, if the file does not say.
  ///   - meaning: what they are, for the reference.
  ///   - further: reads the split's other keys.
  public init(
    reading dataset: ConfigurationSection, _ split: Split, samples: Int, _ meaning: String,
    further: (ConfigurationSection) throws -> Void = { _ in }
  ) throws {
    let section = try dataset.section(split.rawValue, "the split `\(split.rawValue)`")
    self.init(split, draws: try section.integer("samples", default: samples, in: 1...1_000_000_000, meaning))
    try further(section)
    try section.finish()
  }

  /// Reads the section of a split whose draws may be rejected: the keys `attempts` and `keep`.
  ///
  /// - Parameters:
  ///   - dataset: the section that has the split's.
  ///   - attempts: how many are drawn, if the file does not say, and what they are.
  ///   - keep: how many of those that pass are kept at most, if the file does not say, and what they are.
  public init(
    reading dataset: ConfigurationSection, _ split: Split, attempts: (count: Int, meaning: String),
    keep: (count: Int, meaning: String)
  ) throws {
    let section = try dataset.section(split.rawValue, "the split `\(split.rawValue)`")
    self.init(
      split, draws: try section.integer("attempts", default: attempts.count, in: 1...1_000_000_000, attempts.meaning),
      keep: try section.integer("keep", default: keep.count, in: 1..., keep.meaning))
    try section.finish()
  }
}
