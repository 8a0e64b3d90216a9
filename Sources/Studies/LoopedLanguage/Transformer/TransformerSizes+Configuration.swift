import Configuration

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
