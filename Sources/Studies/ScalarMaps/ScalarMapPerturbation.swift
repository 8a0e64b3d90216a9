import Foundation
import Records
import StudyKit
import Support

/// Every point moved by a random direction of given norm; not where the way leaves the domain.
struct ScalarMapPerturbation: InputPerturbation {
  let norm: Double
  var ratioMeaning: String { "value over point, without units" }
  var name: String { String(format: "%g", norm) }

  func perturbed(
    _ reader: DatasetReader, _ split: Split, rows: [Int], seed: UInt64, options: TensorOptions
  ) throws -> PerturbedBatch<ScalarMapBatch> {
    let (targets, points) = try ScalarMapStudy.points(reader, split, rows: rows)
    let draws = try reader.draws(of: split)
    var moved = points
    var distances = Array(repeating: norm, count: rows.count)
    var isSolved = Array(repeating: false, count: rows.count)
    for (i, row) in rows.enumerated() {
      var random = KeyedRandom(seed: seed, stream: "scalar-maps/perturb/\(name)", index: UInt64(draws[row]))
      let direction = random.direction(points[i].count, norm: norm)
      let other = zip(points[i], direction).map { $0 + $1 }
      guard targets[i].containsSegment(from: points[i], by: direction), other != points[i] else { continue }
      moved[i] = other
      // What arrives after rounding, not what was asked for.
      distances[i] = distance(points[i], other)
      isSolved[i] = true
    }
    let values = zip(targets, moved).map { $0.value(at: $1) }
    return PerturbedBatch(
      batch: try ScalarMapBatch(targets, moved, values: values, options: options), distances: distances,
      isSolved: isSolved)
  }
}
