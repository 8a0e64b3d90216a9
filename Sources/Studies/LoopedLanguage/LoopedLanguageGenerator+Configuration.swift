import Configuration
import Records
import Support

extension LoopedLanguageGenerator {
  enum TaskName: String, CaseIterable {
    case cycles, permutations, functions
    case modularArithmetic = "modular-arithmetic"
    case groupWords = "group-words"
  }

  /// Reads the section `dataset`.
  init(reading section: ConfigurationSection, seed: UInt64) throws {
    func part(_ split: Split, samples: Int) throws -> Part {
      var difficulties = 1...6
      let plan = try SplitPlan(reading: section, split, samples: samples, "problems") { part in
        let least = try part.integer("least", default: difficulties.lowerBound, in: 1...1000, "smallest difficulty")
        let most = try part.integer(
          "most", default: difficulties.upperBound, in: 1...1000, "largest difficulty; all take turns")
        guard least <= most else {
          throw Failure(
            .usage, "\(part.path): expected least <= most, found \(least) and \(most)", at: part.location,
            remedy: "difficulties run from least to most")
        }
        difficulties = least...most
      }
      return Part(split: split, samples: plan.draws, difficulties: difficulties)
    }
    let parts = try [part(.train, samples: 60_000), part(.test, samples: 1200)]
    func chasing(_ map: PointerChasing.Map) throws -> PointerChasing {
      PointerChasing(
        nodes: try section.integer("nodes", default: 10, in: 2...200, "nodes of the table; each pair is a word"), map: map)
    }
    let task: any ReasoningTask = try section.variant(
      "task", default: TaskName.cycles,
      "pointer chasing over permutations of one cycle, any permutations or functions (difficulty: hops), or chains of "
        + "operations (difficulty: their number)"
    ) { name in
      switch name {
      case .cycles: return try chasing(.cycle)
      case .permutations: return try chasing(.permutation)
      case .functions: return try chasing(.function)
      case .modularArithmetic:
        return ModularArithmetic(
          modulus: try section.integer("modulus", default: 7, in: 2...1000, "all numbers are modulo this"))
      case .groupWords:
        return GroupWords(elements: try section.integer("elements", default: 5, in: 2...6, "permuted elements"))
      }
    }
    try section.finish()
    try self.init(task: task, parts: parts, seed: seed)
  }
}
