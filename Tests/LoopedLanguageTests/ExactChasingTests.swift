import StudyKit
import Support
import Testing
import Torch

@testable import LoopedLanguage

/// The algorithm beside the networks.
@Suite struct ExactChasingTests {
  private let nodes = 6

  /// Problems of 1 to 5 hops.
  private func batch(_ map: PointerChasing.Map, change: (inout [Int64]) -> Void = { _ in }) throws -> LoopedLanguageBatch {
    let task = PointerChasing(nodes: nodes, map: map)
    let tokens = Dictionary(uniqueKeysWithValues: task.words.enumerated().map { ($1, Int64($0 + 1)) })
    var random = KeyedRandom(seed: 1, stream: "exact")
    let width = task.longestPrompt(difficulty: 5)
    var (prompts, lengths, answers): ([Int64], [Int64], [Int64]) = ([], [], [])
    for hops in 1...5 {
      let problem = task.problem(difficulty: hops, &random)
      let prompt = try problem.prompt.map { try #require(tokens[$0]) }
      prompts += prompt + Array(repeating: 0, count: width - prompt.count)
      lengths.append(Int64(prompt.count))
      answers.append(try #require(tokens[problem.answer]))
    }
    change(&prompts)
    return try LoopedLanguageBatch(
      prompts: prompts, lengths: lengths, answers: answers, draws: Array(0..<5), location: "d.h5:/test", device: .cpu)
  }

  @Test(arguments: [PointerChasing.Map.cycle, .permutation, .function])
  func `It is right after as many iterations as hops, and stays`(map: PointerChasing.Map) throws {
    let batch = try batch(map)
    let outputs = try Model<LoopedLanguageBatch>.implicit(ExactChasing(nodes: nodes)).outputs(
      batch, .picard(.init()), at: Array(0...8))
    for (iteration, output) in outputs.enumerated() {
      let errors = try LoopedLanguageStudy.error(output, batch)
      // On a cycle of six nodes no answer of one to five hops is passed before.
      for (sample, error) in errors.enumerated() where iteration >= sample + 1 || map == .cycle {
        #expect(error == (iteration >= sample + 1 ? 0 : 1), "\(iteration), \(sample)")
      }
    }
  }

  @Test func `Prompts that are no table, node and hops are refused, with the draw`() throws {
    let model = ExactChasing(nodes: nodes)
    func failure(_ change: (inout [Int64]) -> Void) throws -> Failure {
      try #require(throws: Failure.self) { _ = try model.inject(batch(.cycle, change: change)) }
    }
    // A node in place of a pair, a pair twice, a pair in place of the start, a node in place of a hop.
    for (position, token) in [(0, 1), (0, Int64(nodes + 2 + nodes)), (nodes, 20), (nodes + 1, 2)] {
      let found = try failure { $0[position] = token }
      #expect(found.status == .badData && found.location?.contains("draw 0") == true)
    }
    #expect(throws: Failure.self) { _ = try ExactChasing(nodes: 7).inject(batch(.cycle)) }
  }
}
