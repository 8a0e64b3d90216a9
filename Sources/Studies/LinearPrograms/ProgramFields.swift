import Records
import StudyKit
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
        if let position = isEquality[i].firstIndex(where: { $0 != 0 && $0 != 1 }) {
          throw .program(
            "expected 0 or 1, found \(isEquality[i][position])", at: "is_equality[\(position)]",
            remedy: "1 is for A x = b, 0 for A x <= b")
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

/// Draws feasible linear programs with their certified solutions.
struct ProgramGenerator: SampleGenerator {
  let distribution: InstanceDistribution
  let plans: [SplitPlan]
  let seed: UInt64
  let drawsPerBlock = 32

  var layout: DatasetLayout {
    var layout = LinearProgramStudy.layout
    layout.fields += LinearProgramStudy.certificates
    layout.dimensions = [
      "constraint": distribution.constraints, "variable": distribution.variables, "edge": distribution.nonzeros,
    ]
    return layout
  }

  func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock {
    let samples = try draws.compactMap { draw in
      try distribution.labelled(seed: seed, split: split.rawValue, index: UInt64(draw)).accepted.map {
        (draw: draw, labelled: $0)
      }
    }
    return LinearProgramStudy.block(samples)
  }
}

/// One part of each program changed by a random direction of given norm, and the program solved again.
struct ProgramPerturbation: InputPerturbation {
  let perturbation: Perturbation
  var name: String { perturbation.kind.rawValue }

  func perturbed(
    _ reader: DatasetReader, _ split: Split, rows: [Int], seed: UInt64, options: TensorOptions
  ) throws -> PerturbedBatch<ProgramTensors> {
    let draws = try reader.draws(of: split)
    let programs = try LinearProgramStudy.programs(reader, split, rows: rows)
    let changed = try zip(programs, rows).map { program, row in
      try perturbation.applied(to: program, seed: seed, sample: UInt64(draws[row]))
    }
    let solutions = changed.map { Labeller().label($0).accepted?.optimum.x }
    let labels = zip(solutions, programs).flatMap { solution, program in
      solution ?? Array(repeating: 0, count: program.variables)
    }
    return PerturbedBatch(
      batch: try ProgramTensors(ProgramBatch(changed), solutions: labels, options: options),
      distances: Array(repeating: perturbation.norm, count: rows.count), isSolved: solutions.map { $0 != nil })
  }
}
