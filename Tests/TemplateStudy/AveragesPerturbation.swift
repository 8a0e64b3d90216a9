import Records
import StudyKit
import Support

/// Every x moved by a random direction of given Euclidean norm, with the mean of the moved numbers.
struct AveragesPerturbation: InputPerturbation {
  let norm: Double
  let name = "x"

  func perturbed(
    _ reader: DatasetReader, _ split: Split, rows: [Int], seed: UInt64, options: TensorOptions
  ) throws -> PerturbedBatch<AveragesBatch> {
    let draws = try reader.draws(of: split)
    let moved = try rows.map { row in
      let x = try reader.values("x", split, rows: [row], as: Double.self)
      // Keyed by the draw: a sample moves alike, whatever its place in the batch.
      var random = KeyedRandom(seed: seed, stream: "averages/perturb", index: UInt64(draws[row]))
      return zip(x, random.direction(x.count, norm: norm)).map { $0 + $1 }
    }
    return PerturbedBatch(
      batch: try AveragesBatch(moved.flatMap { $0 }, means: moved.map(mean), options: options),
      distances: rows.map { _ in norm }, isSolved: rows.map { _ in true })
  }
}
