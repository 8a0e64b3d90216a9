import Records
import StudyKit
import Support

/// Draws problems of a task, each with a contrasting one: as tokens, beside the tokenizer that makes text of them.
struct LoopedLanguageGenerator: SampleGenerator {
  /// Problems of one split.
  struct Part: Sendable {
    var split: Split
    var samples: Int
    var difficulties: ClosedRange<Int>
  }

  let task: any ReasoningTask
  let parts: [Part]
  let seed: UInt64
  let drawsPerBlock = 256
  private let tokenizerText: String
  private let ids: [String: Int64]

  init(task: any ReasoningTask, parts: [Part], seed: UInt64) throws {
    self.task = task
    self.parts = parts
    self.seed = seed
    let words = task.words
    tokenizerText = try WordTokenizer.json(words)
    ids = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($1, Int64($0 + 1)) })
  }

  private var longestPrompt: Int {
    parts.map { task.longestPrompt(difficulty: $0.difficulties.upperBound) }.max() ?? 0
  }

  var plans: [SplitPlan] { parts.map { SplitPlan($0.split, draws: $0.samples) } }

  var layout: DatasetLayout {
    var layout = LoopedLanguageStudy.layout
    layout.dimensions = ["position": longestPrompt]
    layout.texts = [
      "tokenizer": SharedText(
        tokenizerText, "tokenizer.json of prompts that are stored as tokens, in case studies of texts")
    ]
    return layout
  }

  /// A problem and its contrast. Difficulties take turns, so that every split has equally many of each.
  func pair(_ part: Part, draw: Int) -> (difficulty: Int, problem: Problem, contrast: Problem) {
    let difficulty = part.difficulties.lowerBound + draw % part.difficulties.count
    var random = KeyedRandom(seed: seed, stream: "looped-language/\(part.split.rawValue)", index: UInt64(draw))
    let problem = task.problem(difficulty: difficulty, &random)
    return (difficulty, problem, task.contrast(to: problem, difficulty: difficulty, &random))
  }

  func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock {
    guard let part = parts.first(where: { $0.split == split }) else { throw Failure(.bug, "no part for \(split)") }
    let length = longestPrompt
    var fields: [String: [Int64]] = [:]
    func add(_ prefix: String, _ problem: Problem) {
      let prompt = problem.prompt.map { ids[$0] ?? 0 }
      fields["\(prefix)prompt", default: []] += prompt + Array(repeating: 0, count: length - prompt.count)
      fields["\(prefix)length", default: []].append(Int64(prompt.count))
      fields["\(prefix)answer", default: []].append(ids[problem.answer] ?? 0)
    }
    for draw in draws {
      let (difficulty, problem, contrast) = pair(part, draw: draw)
      add("", problem)
      add("contrast_", contrast)
      fields["difficulty", default: []].append(Int64(difficulty))
      fields["contrast_distance", default: []].append(
        Int64(SequenceDistance.levenshtein(problem.prompt, contrast.prompt)))
    }
    return SampleBlock(draws: Array(draws), fields: fields.mapValues { .integer($0) })
  }
}
