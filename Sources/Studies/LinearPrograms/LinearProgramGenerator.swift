import Records
import StudyKit

/// Draws feasible linear programs with their certified solutions.
struct LinearProgramGenerator: SampleGenerator {
  let distribution: InstanceDistribution
  let plans: [SplitPlan]
  let seed: UInt64
  let drawsPerBlock = 32

  var layout: DatasetLayout {
    var layout = LinearProgramStudy.layout
    layout.fields += LinearProgramStudy.certificates
    layout.dimensions = [
      "constraint": distribution.constraints, "variable": distribution.variables, "edge": distribution.nonzeros,
    ]
    return layout
  }

  func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock {
    let samples = try draws.compactMap { draw in
      try distribution.labelled(seed: seed, split: split.rawValue, index: UInt64(draw)).accepted.map {
        (draw: draw, labelled: $0)
      }
    }
    return LinearProgramStudy.block(samples)
  }
}
