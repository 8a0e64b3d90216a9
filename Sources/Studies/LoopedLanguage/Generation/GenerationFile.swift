import Foundation
import Records
import Support

/// The texts of a generation sweep with their distances, as a file.
enum GenerationFile {
  struct Facts {
    var model: String
    var parameters: Int
    var type: String
    var seed: UInt64
    var templates: [String]
    var maximumLength: Int
    var stopTokens: [Int]
    var cleansUp: Bool
    var startDeviation: Double
  }

  /// The texts at one number of recurrences: first and second prompt of each pair in turn.
  struct Step {
    var recurrences: Int
    var texts: [String]
    var lengths: [Int]
    var seconds: Double

    /// Word-level Levenshtein distance of the two texts of each pair.
    var distances: [Int] {
      stride(from: 0, to: texts.count, by: 2).map { SequenceDistance.words(texts[$0], texts[$0 + 1]) }
    }
  }

  /// Means of Lipschitz ratios over pairs.
  struct Means: Equatable {
    var arithmetic: Double
    /// Of the ratios above zero; NaN if there are none.
    var geometric: Double
    var zeros: Int

    init(_ ratios: [Double]) {
      let positive = ratios.filter { $0 > 0 }
      arithmetic = ratios.reduce(0, +) / Double(ratios.count)
      geometric = exp(positive.reduce(0) { $0 + log($1) } / Double(positive.count))
      zeros = ratios.count - positive.count
    }
  }

  /// - Returns: the content hash.
  static func write(
    _ path: String, _ facts: Facts, _ pairs: [ContrastPairs.Pair], _ steps: [Step], provenance: FileProvenance
  ) throws -> String {
    let inputs = pairs.map { SequenceDistance.words($0.first, $0.second) }
    let distances = steps.map(\.distances)
    let ratios = distances.map { zip($0, inputs).map { Double($0) / Double($1) } }
    let means = ratios.map { Means($0) }
    /// Rows of steps as rows of samples.
    func transposed<Value>(_ rows: [[Value]]) -> [Value] { (rows.first ?? []).indices.flatMap { i in rows.map { $0[i] } } }
    let content = try ContentFile(
      creating: path,
      FileHeader(
        kind, caseStudy: LoopedLanguageStudy.name, title: LoopedLanguageStudy.title,
        references: LoopedLanguageStudy.references), as: schema, provenance: provenance)
    do {
      let file = content.file
      try Failure.mapping {
        for (name, text) in [("model", facts.model), ("element_type", facts.type)] { try file.setAttribute(name, text) }
        try file.setAttribute("parameter_count", Int64(facts.parameters))
        try file.setAttribute("seed", Int64(bitPattern: facts.seed))
        try file.setAttribute("templates", facts.templates)
        try file.setAttribute("maximum_length", Int64(facts.maximumLength))
        try file.setAttribute("stop_tokens", facts.stopTokens.map { Int64($0) })
        try file.setAttribute("start_deviation", facts.startDeviation)
        try file.setAttribute("cleans_up", UInt8(facts.cleansUp ? 1 : 0))
      }
      let count = (pairs.count, steps.count)
      try content.write("/num_steps", steps.map { Int64($0.recurrences) })
      try content.write("/prompt", pairs.flatMap { [$0.first, $0.second] }, shape: [count.0, 2])
      try content.write("/text", transposed(steps.map(\.texts)).map(storable), shape: [count.0, 2, count.1])
      try content.write("/length", transposed(steps.map(\.lengths)).map { Int64($0) }, shape: [count.0, 2, count.1])
      try content.write("/input_distance", inputs.map { Int64($0) })
      try content.write("/output_distance", transposed(distances).map { Int64($0) }, shape: [count.0, count.1])
      try content.write("/ratio", transposed(ratios), shape: [count.0, count.1])
      try content.write("/arithmetic_mean", means.map(\.arithmetic))
      try content.write("/geometric_mean", means.map(\.geometric))
      try content.write("/equal_texts", means.map { Int64($0.zeros) })
      try content.write("/seconds", steps.map(\.seconds))
      return try content.finish()
    } catch {
      content.cancel()
      throw error
    }
  }

  /// HDF5 ends texts of fixed length at the first zero byte.
  private static func storable(_ text: String) -> String { text.replacingOccurrences(of: "\0", with: "\u{2400}") }
}
