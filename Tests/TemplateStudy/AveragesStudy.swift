import Configuration
import Records
import StudyKit
import Torch

/// The case study `averages`, the smallest there is: from n numbers to their mean, by an implicit and an explicit network.
public enum AveragesStudy: HasSymmetries, HasRealInput {
  public static let name = "averages"
  public static let title = "Averages: the smallest case study"
  public static let references = ["Zaheer, Kottur, Ravanbakhsh, Póczos, Salakhutdinov, Smola: Deep sets, NeurIPS 2017"]

  public static func generator(reading section: ConfigurationSection, seed: UInt64) throws -> any SampleGenerator {
    try AveragesGenerator(reading: section, seed: seed)
  }

  public static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions
  ) throws -> AveragesBatch {
    try AveragesBatch(
      reader.values("x", split, rows: rows, as: Double.self), means: reader.values("y", split, rows: rows, as: Double.self),
      options: options)
  }

  public static let architectures = AveragesModels.architectures

  /// Squared error.
  public static func losses(_ output: Tensor, _ batch: AveragesBatch) throws -> Tensor {
    try (output - batch.y).pow(2).mean(dimensions: [1])
  }

  public static let error = Measure<AveragesBatch>("error", "|y - mean of x|") { output, batch in
    try (output - batch.y).sampleNorms()
  }

  public static func perturbations(reading section: ConfigurationSection) throws -> [any InputPerturbation<AveragesBatch>] {
    let norm = try section.number("norm", default: 1e-3, in: .above(0, through: 1e6), "Euclidean norm of the change of x")
    try section.finish()
    return [AveragesPerturbation(norm: norm)]
  }
}
