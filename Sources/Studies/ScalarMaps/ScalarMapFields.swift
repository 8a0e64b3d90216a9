import Foundation
import Records
import StudyKit
import Support

/// Samples of target maps as fields of a dataset, and back.
extension ScalarMapStudy {
  /// The points of the given samples with their maps.
  ///
  /// - Throws: `Failure` (bad data) that names the file, the split and the sample that no map of the library fits.
  static func points(
    _ reader: DatasetReader, _ split: Split, rows: [Int]
  ) throws -> (targets: [TargetMap], points: [[Double]]) {
    let (maps, levels) = try (
      reader.values("map", split, rows: rows, as: Int64.self), reader.values("level", split, rows: rows, as: Double.self)
    )
    let x = try reader.values("x", split, rows: rows, as: Double.self)
    let width = rows.isEmpty ? 1 : x.count / rows.count
    var targets: [TargetMap] = []
    var points: [[Double]] = []
    var known: [[Double]: TargetMap] = [:]
    for (i, row) in rows.enumerated() {
      let location = "\(reader.path):/\(split.rawValue), sample \(row)"
      let key = [Double(maps[i]), levels[i]]
      let target = try known[key] ?? Self.target(number: maps[i], level: levels[i], location: location)
      known[key] = target
      guard width >= target.dimension else {
        throw Failure(
          .badData, "expected \(target.dimension) coordinates for \(target.name), found \(width)", at: location,
          remedy: "store x with the length of the map of largest dimension")
      }
      let point = Array(x[(i * width)..<(i * width + target.dimension)])
      guard point.allSatisfy(\.isFinite), target.gap(at: point) > 0 else {
        throw Failure(
          .badData, "x = \(point) lies outside the domain of \(target.name)", at: "\(location), x",
          remedy: "leave the sample out")
      }
      targets.append(target)
      points.append(point)
    }
    return (targets, points)
  }

  private static func target(number: Int64, level: Double, location: String) throws -> TargetMap {
    guard let number = Int(exactly: number), TargetMap.Kind.allCases.indices.contains(number) else {
      throw Failure(
        .badData, "expected a map in 0 ... \(TargetMap.Kind.allCases.count - 1), found \(number)", at: "\(location), map",
        remedy: "the maps are: \(TargetMap.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    do { return try TargetMap(.allCases[number], level: level == 0 ? nil : level) } catch let failure as Failure {
      throw Failure(.badData, failure.problem, at: "\(location), level", remedy: failure.remedy)
    }
  }

  /// The samples of one map.
  static func subject(_ target: TargetMap) -> ModelDescription<ScalarMapBatch>.Subject {
    let number = target.number
    return .init(name: target.name) { reader, split in
      let (maps, levels) = try (reader.values("map", split, as: Int64.self), reader.values("level", split, as: Double.self))
      let rows = maps.indices.filter { maps[$0] == number && levels[$0] == target.level }
      guard !rows.isEmpty else {
        throw Failure(
          .badData, "the split `\(split.rawValue)` has no samples of the map \(target.name)", at: reader.path,
          remedy: "add the map to dataset.targets and generate the dataset again")
      }
      return rows
    }
  }
}

extension TargetMap {
  /// The map's number in files.
  var number: Int64 { Int64(Kind.allCases.firstIndex(of: kind) ?? 0) }
}
