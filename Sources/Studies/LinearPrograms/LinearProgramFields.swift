import Records
import Support

/// Linear programs as fields of a dataset, and back.
extension LinearProgramStudy {
  /// The programs of the given samples.
  ///
  /// - Throws: `Failure` (bad data) that names the file, the split and the sample whose values make no program.
  static func programs(_ reader: DatasetReader, _ split: Split, rows: [Int]) throws -> [LinearProgram] {
    func real(_ field: String) throws -> [[Double]] {
      try rowsOf(reader.values(field, split, rows: rows, as: Double.self), count: rows.count)
    }
    func integer(_ field: String) throws -> [[Int64]] {
      try rowsOf(reader.values(field, split, rows: rows, as: Int64.self), count: rows.count)
    }
    let (c, b, lower, upper) = try (real("c"), real("b"), real("lower"), real("upper"))
    let (isEquality, edgeValue) = try (integer("is_equality"), real("edge_value"))
    let (edgeConstraint, edgeVariable) = try (integer("edge_constraint"), integer("edge_variable"))
    return try rows.indices.map { i in
      do throws(Failure) {
        if let variable = lower[i].indices.first(where: { lower[i][$0] > upper[i][$0] }) {
          throw .program(
            "expected lower <= upper, found \(lower[i][variable]) and \(upper[i][variable])", at: "variable \(variable)",
            remedy: "no point satisfies these bounds: correct them, or remove the sample")
        }
        return try LinearProgram(
          c: c[i], b: b[i], lower: lower[i], upper: upper[i], isEquality: isEquality[i].map { $0 == 1 },
          edgeConstraint: edgeConstraint[i].map { Int($0) }, edgeVariable: edgeVariable[i].map { Int($0) },
          edgeValue: edgeValue[i])
      } catch {
        throw Failure(
          error.status, error.problem,
          at: "\(reader.path):/\(split.rawValue), sample \(rows[i])\(error.location.map { ", \($0)" } ?? "")",
          remedy: error.remedy)
      }
    }
  }

  private static func rowsOf<Value>(_ values: [Value], count: Int) -> [[Value]] {
    guard count > 0 else { return [] }
    let width = values.count / count
    return (0..<count).map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
  }

  /// Labelled programs as a block of samples.
  static func block(_ samples: [(draw: Int, labelled: LabelledProgram)]) -> SampleBlock {
    let programs = samples.map(\.labelled.program)
    let certificates = samples.map(\.labelled.certificate)
    func real(_ values: [[Double]]) -> FieldValues { .real(values.flatMap { $0 }) }
    func integer(_ values: [[Int]]) -> FieldValues { .integer(values.flatMap { $0.map { Int64($0) } }) }
    return SampleBlock(
      draws: samples.map(\.draw),
      fields: [
        "c": real(programs.map(\.c)), "b": real(programs.map(\.b)), "lower": real(programs.map(\.lower)),
        "upper": real(programs.map(\.upper)), "edge_value": real(programs.map(\.edgeValue)),
        "is_equality": integer(programs.map { $0.isEquality.map { $0 ? 1 : 0 } }),
        "edge_constraint": integer(programs.map(\.edgeConstraint)),
        "edge_variable": integer(programs.map(\.edgeVariable)),
        "solution": real(samples.map(\.labelled.optimum.x)),
        "objective": .real(certificates.map(\.objective)),
        "primal_residual": .real(certificates.map(\.primalResidual)),
        "dual_residual": .real(certificates.map(\.dualResidual)),
        "duality_gap": .real(certificates.map(\.dualityGap)),
      ])
  }
}
