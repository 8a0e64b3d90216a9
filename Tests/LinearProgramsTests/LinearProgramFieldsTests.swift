import Foundation
import Records
import StudyKit
import Support
import Testing
import Torch

@testable import LinearPrograms

@Suite struct LinearProgramFieldsTests {
  static func generator() throws -> LinearProgramGenerator {
    LinearProgramGenerator(distribution: try InstanceDistribution(), plans: [SplitPlan(.test, draws: 40)], seed: 7)
  }

  /// Writes samples to a file that exists only while `body` runs, and opens it.
  static func withDataset(_ block: SampleBlock, _ body: (DatasetReader) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "linear-programs-" + UUID().uuidString + ".h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let generator = try generator()
    let writer = try DatasetWriter(
      creating: path, generator.layout, plans: generator.plans,
      provenance: FileProvenance(configuration: "seed: 7\n", seed: 7))
    try writer.append(block, to: .test)
    try writer.finish()
    try body(DatasetReader(path))
  }

  @Test func `Programs, solutions and certificates come back from a file bit for bit`() throws {
    let expected = try ExampleProgram.published(40).enumerated().compactMap { draw, program in
      Labeller().label(program).accepted.map { (draw: draw, labelled: $0) }
    }
    try Self.withDataset(Self.generator().samples(of: .test, draws: 0..<40)) { reader throws in
      let rows = Array(expected.indices)
      #expect(try reader.draws(of: .test) == expected.map(\.draw))
      #expect(try LinearProgramStudy.programs(reader, .test, rows: rows) == expected.map(\.labelled.program))
      #expect(
        try LinearProgramStudy.programs(reader, .test, rows: [5, 2]) == [5, 2].map { expected[$0].labelled.program })
      #expect(try reader.values("solution", .test, as: Double.self) == expected.flatMap(\.labelled.optimum.x))
      let certificates = expected.map(\.labelled.certificate)
      #expect(try reader.values("objective", .test, as: Double.self) == certificates.map(\.objective))
      #expect(try reader.values("primal_residual", .test, as: Double.self) == certificates.map(\.primalResidual))
      #expect(try reader.values("dual_residual", .test, as: Double.self) == certificates.map(\.dualResidual))
      #expect(try reader.values("duality_gap", .test, as: Double.self) == certificates.map(\.dualityGap))
    }
  }

  @Test func `Samples do not depend on how the draws are cut into blocks`() throws {
    let generator = try Self.generator()
    let whole = try generator.samples(of: .test, draws: 0..<40)
    let parts = try [0..<1, 1..<17, 17..<17, 17..<40].map { try generator.samples(of: .test, draws: $0) }
    #expect(parts.flatMap(\.draws) == whole.draws)
    for (name, values) in whole.fields {
      switch values {
      case .real(let values): #expect(parts.flatMap { real($0.fields[name]) } == values)
      case .integer(let values): #expect(parts.flatMap { integer($0.fields[name]) } == values)
      case .single: Issue.record("\(name) lost its precision")
      }
    }
  }

  private func real(_ values: FieldValues?) -> [Double] { if case .real(let values) = values { values } else { [] } }
  private func integer(_ values: FieldValues?) -> [Int64] {
    if case .integer(let values) = values { values } else { [] }
  }

  @Test(
    arguments: [
      ("edge_variable", 2 * 100 + 3, 50, "sample 2, edge_variable[3]"),
      ("edge_constraint", 3 * 100 + 99, -1, "sample 3, edge_constraint[99]"),
    ])
  func `A file whose numbers form no program names the field and the sample`(
    field: String, position: Int, value: Int64, location: String
  ) throws {
    var block = try Self.generator().samples(of: .test, draws: 0..<40)
    var values = integer(block.fields[field])
    values[position] = value
    block.fields[field] = .integer(values)
    try Self.withDataset(block) { reader in
      let failure = try #require(throws: Failure.self) {
        try LinearProgramStudy.programs(reader, .test, rows: [3, 2, 1])
      }
      #expect(failure.status == .badData)
      #expect(failure.location == "\(reader.path):/test, \(location)")
    }
  }

  @Test(arguments: Perturbation.Kind.allCases)
  func `A perturbed batch holds the perturbed programs with their own optima`(kind: Perturbation.Kind) throws {
    let perturbation = LinearProgramPerturbation(perturbation: try Perturbation(kind, norm: 1e-3))
    try Self.withDataset(Self.generator().samples(of: .test, draws: 0..<40)) { reader in
      let rows = [4, 0, 9]
      let perturbed = try perturbation.perturbed(
        reader, .test, rows: rows, seed: 3, options: TensorOptions(type: .float64))
      #expect(perturbed.distances == [1e-3, 1e-3, 1e-3])
      #expect(perturbed.isSolved == [true, true, true])

      // The direction belongs to the number of the draw, not to the place in the batch or in the file.
      let draws = try reader.draws(of: .test)
      let originals = try LinearProgramStudy.programs(reader, .test, rows: rows)
      let programs = try zip(originals, rows).map { program, row in
        try perturbation.perturbation.applied(to: program, seed: 3, sample: UInt64(draws[row]))
      }
      let optima = try programs.map { try #require(ClpSolver().solve($0).optimum).x }
      #expect(try perturbed.batch.solutions.doubles() == optima.flatMap { $0 })
      let batch = try ProgramBatch(programs)
      #expect(try perturbed.batch.constraintFeatures.doubles() == batch.constraintFeatures)
      #expect(try perturbed.batch.variableFeatures.doubles() == batch.variableFeatures)
      #expect(try perturbed.batch.matrix.values.doubles() == batch.graph.values)
    }
  }

  @Test func `A perturbation that makes a program infeasible marks it as unsolved`() throws {
    // Bounds about 10 apart cannot take a change of norm 10,000.
    let perturbation = LinearProgramPerturbation(perturbation: try Perturbation(.lower, norm: 1e4))
    try Self.withDataset(Self.generator().samples(of: .test, draws: 0..<40)) { reader in
      let perturbed = try perturbation.perturbed(reader, .test, rows: [0, 1], seed: 3, options: TensorOptions())
      #expect(perturbed.isSolved == [false, false])
      #expect(perturbed.batch.sampleCount == 2)
    }
  }
}
