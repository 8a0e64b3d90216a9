import Configuration
import Records
import StudyKit
import Support

/// Draws n numbers, each uniform in [-1, 1), with their mean.
struct AveragesGenerator: SampleGenerator {
  let numbers: Int
  let plans: [SplitPlan]
  let seed: UInt64
  let drawsPerBlock = 4

  /// Reads the section `dataset`.
  init(reading section: ConfigurationSection, seed: UInt64) throws {
    numbers = try section.integer("numbers", default: 4, in: 1...1000, "numbers n of a sample")
    plans = try Split.allCases.map { split in
      let part = try section.section(split.rawValue, "the split `\(split.rawValue)`")
      let samples = try part.integer("samples", default: 64, in: 1...1_000_000, "samples drawn")
      try part.finish()
      return SplitPlan(split, draws: samples)
    }
    try section.finish()
    self.seed = seed
  }

  var layout: DatasetLayout {
    var layout = AveragesStudy.layout
    layout.dimensions = ["number": numbers]
    return layout
  }

  func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock {
    let x = draws.map { draw in
      var random = KeyedRandom(seed: seed, stream: "averages/\(split.rawValue)", index: UInt64(draw))
      return random.uniforms(numbers, -1, 1)
    }
    return SampleBlock(draws: Array(draws), fields: ["x": .real(x.flatMap { $0 }), "y": .real(x.map(mean))])
  }
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
