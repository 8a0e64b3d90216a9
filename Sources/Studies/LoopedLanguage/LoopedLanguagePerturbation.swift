import Equilibrium
import Records
import StudyKit
import Torch

/// What is changed in a prompt, and how the change of the answer is measured.
enum PerturbationKind: String, CaseIterable {
  /// A random direction in embedding space; Euclidean distance of the logits.
  case embedding
  /// Another prompt with another answer; Euclidean distance of the logits over the words that differ.
  case contrast
  /// The same; words of the answer that differ over words of the prompt that differ.
  case edit
}

struct LoopedLanguagePerturbation: InputPerturbation {
  let kind: PerturbationKind
  /// Of the shift in embedding space.
  let norm: Double
  var name: String { kind.rawValue }
  var ratioMeaning: String {
    switch kind {
    case .embedding: "logits over the embeddings of the prompt"
    case .contrast: "logits over words of the prompt that differ"
    case .edit: "words of the answer over words of the prompt that differ"
    }
  }

  func perturbed(
    _ reader: DatasetReader, _ split: Split, rows: [Int], seed: UInt64, options: TensorOptions
  ) throws -> PerturbedBatch<LoopedLanguageBatch> {
    let solved = Array(repeating: true, count: rows.count)
    if kind == .embedding {
      var batch = try LoopedLanguageStudy.batch(reader, split, rows: rows, options: options)
      batch.shift = EmbeddingShift(norm: norm, seed: seed)
      return PerturbedBatch(batch: batch, distances: rows.map { _ in norm }, isSolved: solved)
    }
    let distances = try reader.values("contrast_distance", split, rows: rows, as: Int64.self)
    return PerturbedBatch(
      batch: try LoopedLanguageStudy.batch(reader, split, rows: rows, prefix: "contrast_", options: options),
      // A pair of equal prompts has no ratio.
      distances: distances.map { Double(max($0, 1)) }, isSolved: distances.map { $0 > 0 })
  }

  func ratios(between output: Tensor, and perturbed: Tensor, distances: [Double]) throws -> [Double] {
    guard kind == .edit else { return try lipschitzRatios(between: output, and: perturbed, distances: distances) }
    let (left, right) = (try output.argmax(dimension: -1).integers(), try perturbed.argmax(dimension: -1).integers())
    return distances.indices.map { (left[$0] == right[$0] ? 0 : 1) / distances[$0] }
  }
}
