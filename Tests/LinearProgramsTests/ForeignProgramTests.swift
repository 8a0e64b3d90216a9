import Foundation
import HDF5
import Records
import TestSupport
import Testing

@testable import LinearPrograms

@Suite struct ForeignProgramTests {
  /// The input, label and certificate fields of data/FORMAT.md's example.
  static let linearPrograms = DatasetLayout(
    caseStudy: "linear-programs", title: "",
    fields: [
      FieldSchema("c", ["variable"], .float64, role: .input, ""),
      FieldSchema("b", ["constraint"], .float64, role: .input, ""),
      FieldSchema("lower", ["variable"], .float64, role: .input, ""),
      FieldSchema("upper", ["variable"], .float64, role: .input, ""),
      FieldSchema("is_equality", ["constraint"], .uint8, role: .input, ""),
      FieldSchema("edge_constraint", ["edge"], .int64, role: .input, ""),
      FieldSchema("edge_variable", ["edge"], .int64, role: .input, ""),
      FieldSchema("edge_value", ["edge"], .float64, role: .input, ""),
      FieldSchema("solution", ["variable"], .float64, role: .label, ""),
    ])

  @Test(.enabled(if: ForeignPython.has("h5py"), "skipped: python3 has no h5py"))
  func `A dataset that h5py writes as data/FORMAT.md shows is accepted`() throws {
    try withFolder { folder in
      let path = "\(folder)/foreign.h5"
      try ForeignPython.run(LinearProgramStudy.foreignDataset.program, [path])

      let reader = try DatasetReader(path, Self.linearPrograms)
      try reader.checkValues()
      #expect(try reader.count(of: .train) == 20)
      #expect(try reader.count(of: .test) == 10)
      #expect(reader.layout.dimensions == ["variable": 50, "constraint": 10, "edge": 100])
      let validation = try FileValidation(of: path)
      #expect(validation.problems == [])
      #expect(validation.notes.contains { $0.contains("content_sha256") })

      // The page promises solutions: A x = b row by row, and a reduced cost of the right sign at each bound.
      for sample in 0..<20 {
        let row = try reader.values("edge_constraint", .train, rows: [sample], as: Int64.self)
        let column = try reader.values("edge_variable", .train, rows: [sample], as: Int64.self)
        let value = try reader.values("edge_value", .train, rows: [sample], as: Double.self)
        let solution = try reader.values("solution", .train, rows: [sample], as: Double.self)
        var residual = try reader.values("b", .train, rows: [sample], as: Double.self)
        for edge in value.indices { residual[Int(row[edge])] -= value[edge] * solution[Int(column[edge])] }
        #expect(residual.allSatisfy { abs($0) < 1e-12 })
      }
    }
  }

  @Test(.enabled(if: ForeignPython.has("h5py"), "skipped: python3 has no h5py"))
  func `Integers of any width are accepted where a field is of integers`() throws {
    try withFolder { folder in
      let path = "\(folder)/foreign.h5"
      try ForeignPython.run(LinearProgramStudy.foreignDataset.program, [path])
      let file = try File.open(path, .readWrite)
      let flags: [Int64] = try file.dataset("train/is_equality").read()
      try file.delete("train/is_equality")
      try file.write("train/is_equality", flags, shape: [20, 10])
      try file.close()
      #expect(try DatasetReader(path, Self.linearPrograms).values("is_equality", .train, as: Int64.self) == flags)
    }
  }
}
