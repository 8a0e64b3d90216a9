/// The section `pipeline` of a pipeline file: the tasks that a run is cut into.
public struct PipelineSettings: Equatable, Sendable {
  /// Parts that the dataset is drawn in, as tasks of their own; one needs no merge.
  public var shards: Int
  /// A dataset that is there already, instead of one that is drawn; nil for one that is drawn.
  public var dataset: String?
  /// Every model is trained with each of these seeds, and swept. Nil if it is trained once, with the seed of the file.
  public var seeds: [Int]?

  /// - Throws: `Failure` (usage) for a wrong key or value.
  public init(reading section: ConfigurationSection) throws {
    shards = try section.integer(
      "shards", default: 1, in: 1...100_000, "parts that the dataset is drawn in, as tasks of their own")
    dataset = try section.optionalPath(
      "dataset", "a dataset of your own that models are trained and swept on; without it, one is drawn as `dataset` says")
    let seeds = try section.integers(
      "seeds", default: [], in: 0..., count: 0...,
      "seeds that every model is trained with, which become part of its name; if empty, the seed of the file")
    try section.requireUnique(seeds, "seeds")
    self.seeds = seeds.isEmpty ? nil : seeds
    try section.finish()
  }
}
