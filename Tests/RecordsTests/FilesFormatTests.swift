import Foundation
import HDF5
import Testing

@testable import Records

@Suite struct FilesFormatTests {
  let folder: FilesFolder
  init() throws { folder = try FilesFolder() }

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

  @Test("data/FORMAT.md is what the definition of the format says")
  func page() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../data/FORMAT.md").standardized
    if ProcessInfo.processInfo.environment["UPDATE_FORMAT"] != nil {
      try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FormatReference.markdown().write(to: path, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: path, encoding: .utf8) == FormatReference.markdown())
  }

  @Test("A dataset that h5py writes as the page shows is accepted", .enabled(if: FilesPython.isThere))
  func foreignDataset() throws {
    let path = folder.file("foreign.h5")
    #expect(FormatReference.markdown().contains(FormatReference.linearProgramExample))
    try FilesPython.run(FormatReference.linearProgramExample, [path])

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
      let row = try reader.integers("edge_constraint", .train, rows: [sample])
      let column = try reader.integers("edge_variable", .train, rows: [sample])
      let value = try reader.doubles("edge_value", .train, rows: [sample])
      let solution = try reader.doubles("solution", .train, rows: [sample])
      var residual = try reader.doubles("b", .train, rows: [sample])
      for edge in value.indices { residual[Int(row[edge])] -= value[edge] * solution[Int(column[edge])] }
      #expect(residual.allSatisfy { abs($0) < 1e-12 })
    }
  }

  @Test("Integers of any width are accepted where a field is of integers", .enabled(if: FilesPython.isThere))
  func foreignIntegers() throws {
    let path = folder.file("foreign.h5")
    try FilesPython.run(FormatReference.linearProgramExample, [path])
    let file = try File.open(path, .readWrite)
    let flags: [Int64] = try file.dataset("train/is_equality").read()
    try file.delete("train/is_equality")
    try file.write("train/is_equality", flags, shape: [20, 10])
    try file.close()
    #expect(try DatasetReader(path, Self.linearPrograms).integers("is_equality", .train) == flags)
  }

  @Test("The program on the page computes the content hash of every kind of value", .enabled(if: FilesPython.isThere))
  func foreignHash() throws {
    let dataset = folder.file("d.h5")
    let hash = try Toy.write(to: dataset)
    #expect(FormatReference.markdown().contains(FormatReference.hashProgram))
    #expect(try FilesPython.run(FormatReference.hashProgram, [dataset]) == hash)

    let other = folder.file("other.h5")
    let content = try ContentFile(
      creating: other, FileHeader(.summary, caseStudy: "toy", title: "Größen"), provenance: Toy.provenance)
    try content.write("/tables/a/text", ["", "Größe", "a"])
    try content.write("/tables/a-b/x", [1.5, .nan, -.infinity])
    try content.write("/tables/a/n", [Int64.min, 7, 3])
    try content.file.write("flags", [true, false])
    try content.file.write("z", [Complex<Float>(1, -2)])
    try content.file.dataset("z").setAttribute("list", ["a", "β"])
    let otherHash = try content.finish()
    #expect(try FilesPython.run(FormatReference.hashProgram, [other]) == otherHash)
  }

  @Test("The hash covers values, attributes, names and types, but not measurements and storage")
  func hashCoverage() throws {
    func hash(_ change: (File) throws -> Void) throws -> String {
      let path = folder.file("h.h5")
      let file = try File.create(path, replacing: true)
      try file.setAttribute("title", "a")
      try file.write("g/x", [1.0, 2.0])
      try file.write("t", [1.0]).setAttribute("role", "measurement")
      try change(file)
      defer { try? file.close() }
      return try ContentHash.of(file)
    }
    let original = try hash { _ in }
    let changed = [
      try hash { try $0.dataset("g/x").write([1.0, 3.0]) },
      try hash { try $0.dataset("g/x").setAttribute("units", "m") },
      try hash { try $0.setAttribute("title", "b") },
      try hash { try $0.createGroup("empty") },
      try hash { try $0.dataset("t").setAttribute("role", "label") },
      try hash { file in
        try file.delete("g/x")
        try file.write("g/x", [Float(1), 2])
      },
      try hash { file in
        try file.delete("g/x")
        try file.write("g/x", [1.0, 2.0], shape: [2, 1])
      },
    ]
    #expect(Set(changed + [original]).count == changed.count + 1)
    #expect(try hash { try $0.dataset("t").write([5.0]) } == original)
    #expect(try hash { try $0.write("provenance/x", [1.0]) } == original)
    #expect(try hash { try $0.setAttribute("complete", UInt8(1)) } == original)
    #expect(
      try hash { file in
        try file.delete("g/x")
        try file.write("g/x", [1.0, 2.0], storage: .contiguous)
      } == original)
  }
}
