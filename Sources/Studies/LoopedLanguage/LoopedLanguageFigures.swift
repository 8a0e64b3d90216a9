import Equilibrium
import Foundation
import Plot
import StudyKit

extension LoopedLanguageStudy {
  /// For each looped model: which difficulties are solved after how many recurrences, what the model answers on the way, and how its
  /// loss and residual fall; for all models the accuracy by difficulty.
  public static func figures(_ inputs: [FigureInput<LoopedLanguageStudy>]) throws -> [Figure] {
    let models = try inputs.compactMap { try LanguageCurves($0) }
    return models.filter(\.isIterative).flatMap { [$0.staircase, $0.answers, $0.losses, $0.residuals] }.filter { !$0.isEmpty }
      + (models.isEmpty ? [] : [LanguageCurves.rivals(models)])
  }
}

/// The sweep of one model, sample by sample.
struct LanguageCurves {
  let name: String
  let isIterative: Bool
  let trainedIterations: Int?
  /// `[K]`
  let iterations: [Int]
  /// `[S]`
  let difficulties: [Int]
  /// `[S][K]`: 0 right, 1 wrong.
  private let errors: [[Double]]
  private let residual: [[Double]]
  /// `[S][K]`: logits.
  private let outputs: [[[Double]]]
  private let rightAnswers: [Int]
  private let prompts: [[Int]]
  private let tokenizer: Tokenizer

  /// - Returns: nil for a sweep that did not store its outputs, or whose dataset has no tokenizer.
  init?(_ input: FigureInput<LoopedLanguageStudy>) throws {
    let sweep = input.sweep
    guard let outputs = try sweep.outputs(), let text = input.dataset.layout.texts["tokenizer"]?.text else { return nil }
    let (samples, count) = (input.rows.count, sweep.iterations.count)
    func rows(_ values: [Double], _ width: Int) -> [[Double]] {
      (0..<(values.count / max(width, 1))).map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
    }
    func integers(_ field: String) throws -> [Int] {
      try input.dataset.values(field, sweep.split, rows: input.rows, as: Int64.self).map { Int($0) }
    }
    name = sweep.model
    isIterative = sweep.isIterative
    trainedIterations = sweep.trainedIterations
    iterations = sweep.iterations
    tokenizer = try Tokenizer(json: .init(text.utf8), location: "\(input.dataset.path):/tokenizer")
    difficulties = try integers("difficulty")
    rightAnswers = try integers("answer")
    let lengths = try integers("length")
    let tokens = try integers("prompt")
    let width = tokens.count / max(samples, 1)
    prompts = (0..<samples).map { Array(tokens[($0 * width)..<($0 * width + lengths[$0])]) }
    errors = (0..<samples).map(sweep.error.row)
    residual = sweep.residual.map { (0..<samples).map($0.row) } ?? []
    let logits = rows(outputs, outputs.count / max(samples * count, 1))
    self.outputs = (0..<samples).map { Array(logits[($0 * count)..<(($0 + 1) * count)]) }
  }

  private var levels: [Int] { Set(difficulties).sorted() }

  private func mean(_ values: (Int) -> Double, difficulty: Int) -> Double {
    let chosen = difficulties.indices.filter { difficulties[$0] == difficulty }
    return chosen.reduce(0) { $0 + values($1) } / Double(chosen.count)
  }

  /// Accuracy by recurrences and difficulty: the first recurrences, in which it changes.
  var staircase: Figure {
    let steps = iterations.indices.filter { iterations[$0] <= max(16, 3 * (levels.last ?? 0)) }
    return Figure(
      name: "staircase-\(Figure.fileName(name))", title: "Right answers of \(name)",
      caption: "Share of right answers among the test problems of a difficulty, after so many recurrences"
        + (trainedIterations.map { "; training went up to \($0)." } ?? "."),
      x: .init("recurrences t"), y: .init("difficulty"),
      cells: levels.flatMap { level in
        steps.map { k in
          Figure.Cell(x: iterations[k], y: level, value: 1 - mean({ errors[$0][k] }, difficulty: level))
        }
      }, cellLabel: "right answers")
  }

  /// The answers to the first problem of the largest and of the middle difficulty.
  var answers: Figure {
    let shown = [levels[levels.count / 2], levels[levels.count - 1]].compactMap { difficulties.firstIndex(of: $0) }
    let steps = iterations.indices.filter { (1...16).contains(iterations[$0]) }
    let texts = shown.enumerated().map { row, sample in
      "\(row + 1):\(tokenizer.decode(prompts[sample])) is\(tokenizer.decode([rightAnswers[sample]]))"
    }
    return Figure(
      name: "answers-\(Figure.fileName(name))", title: "What \(name) answers on the way",
      caption:
        "The likeliest answer after so many recurrences, and the probability of the right one. Problems \(texts.joined(separator: "; ")).",
      x: .init("recurrences t"), y: .init("problem"),
      cells: shown.enumerated().flatMap { row, sample in
        steps.map { k in
          let logits = outputs[sample][k]
          let best = logits.indices.max { logits[$0] < logits[$1] } ?? 0
          return Figure.Cell(
            x: iterations[k], y: row + 1, value: exp(-crossEntropy(sample, k)),
            label: String(tokenizer.decode([best]).trimmingPrefix(" ")))
        }
      }, cellLabel: "probability of the right answer")
  }

  private func crossEntropy(_ sample: Int, _ k: Int) -> Double {
    let logits = outputs[sample][k]
    let largest = logits.max() ?? 0
    return largest + log(logits.reduce(0) { $0 + exp($1 - largest) }) - logits[rightAnswers[sample]]
  }

  var losses: Figure {
    curves(
      "cross-entropy", "Cross-entropy of \(name)", .init("cross-entropy (nats)", isLogarithmic: true)
    ) { crossEntropy($0, $1) }
  }

  var residuals: Figure {
    curves("state-residual", "Residual of the state of \(name)", .init("||G(y) - y||", isLogarithmic: true)) {
      residual.isEmpty ? .nan : residual[$0][$1]
    }
  }

  /// One line for each difficulty: means over its samples.
  private func curves(_ stem: String, _ title: String, _ axis: Figure.Axis, _ value: (Int, Int) -> Double) -> Figure {
    Figure(
      name: "\(stem)-\(Figure.fileName(name))", title: title,
      caption: "Mean over the test problems of each difficulty. Dotted: recurrences in training.",
      x: .init("recurrences t"), y: axis,
      series: levels.enumerated().map { color, level in
        Figure.Series(
          "difficulty \(level)",
          points: iterations.indices.map { k in
            Figure.Point(x: Double(iterations[k]), y: mean({ value($0, k) }, difficulty: level))
          }, color: color)
      }, marks: trainedIterations.map { [Figure.Mark("\($0) in training", x: Double($0))] } ?? [])
  }

  /// Accuracy against difficulty: looped models at their trained recurrences, the others as they are.
  static func rivals(_ models: [LanguageCurves]) -> Figure {
    Figure(
      name: "accuracy-difficulty", title: "Right answers against difficulty",
      caption: "Share of right answers among the test problems; of looped models after the recurrences of their training.",
      x: .init("difficulty"), y: .init("right answers"),
      series: models.enumerated().map { color, model in
        let k = model.trainedIterations.flatMap { model.iterations.firstIndex(of: $0) } ?? model.iterations.count - 1
        return Figure.Series(
          model.name,
          points: model.levels.map { level in
            Figure.Point(x: Double(level), y: 1 - model.mean({ model.errors[$0][k] }, difficulty: level))
          }, shape: .lineWithMarkers, color: color)
      })
  }
}
