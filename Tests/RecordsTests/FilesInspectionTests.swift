import Foundation
import HDF5
import TestSupport
import Testing

@testable import Records

@Suite struct FilesInspectionTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  func dataset(_ name: String, _ change: (File) throws -> Void = { _ in }) throws -> String {
    let path = folder.file(name)
    try Toy.write(to: path)
    let file = try File.open(path, .readWrite)
    try change(file)
    try file.close()
    return path
  }

  @Test
  func `The listing shows groups, types, shapes, storage and units`() throws {
    let text = try FileInspector(try dataset("d.h5")).listing()
    for part in [
      "implicit-h5/dataset 1.0, complete", "train/",
      "x  float32 [30, 3]  from 0.", "chunks [30, 3]  shuffle+deflate(4)+fletcher32", "flag  uint8 [30, 3]  from 0 to 1",
      "@units = m", "@long_name = the right answer", "@attempts = 45", "provenance/", "@case_study = toy",
    ] {
      #expect(text.contains(part), "\(part)\n\(text)")
    }
    #expect(try thrownFailure { _ = try FileInspector(folder.file("none.h5")) }.status == .missingInput)
  }

  @Test
  func `Any HDF5 file can be listed, also an unfinished or foreign one`() throws {
    let file = try File.create(folder.file("any.h5"))
    try file.write("x", [1.0])
    try file.close()
    #expect(try FileInspector(folder.file("any.h5")).listing().contains("x  float64 [1]"))
  }

  @Test
  func `A whole file is valid`() throws {
    let path = folder.file("d.h5")
    let hash = try Toy.write(to: path)
    let validation = try FileValidation(of: path)
    #expect(validation.problems == [])
    #expect(validation.notes == [])
    #expect(validation.contentHash == hash)
    #expect(validation.isValid)
  }

  @Test
  func `A changed value is noticed by the hash`() throws {
    let path = try dataset("d.h5") { try $0.dataset("train/y").write([0.5], start: [3], count: [1]) }
    let validation = try FileValidation(of: path)
    #expect(validation.problems.count == 1)
    #expect(validation.problems.first?.contains("hash") == true)
  }

  @Test
  func `Wrong lengths, wrong types and NaN labels are named by the validation`() throws {
    func problems(_ change: (File) throws -> Void) throws -> String {
      try FileValidation(of: try dataset("d.h5", change)).problems.joined(separator: "\n")
    }
    #expect(try problems { try $0.delete("test/y") }.contains("`y`"))
    #expect(try problems { try $0.dataset("test/y").resize(rows: 3) }.contains("along the dimension `sample`"))
    #expect(try problems { try $0.dataset("train/y").write([Double.nan], start: [2], count: [1]) }.contains("sample 2"))
    #expect(
      try problems { file in
        try file.delete("train/flag")
        try file.write("train/flag", ["text"])
      }.contains("found string"))
    #expect(try problems { try $0.setAttribute("references", "not a list") }.contains("`references`"))
  }

  @Test
  func `Where one field has another number of samples than the others, that one is named`() throws {
    let path = try dataset("d.h5") { try $0.dataset("test/index").resize(rows: 3) }
    let problems = try FileValidation(of: path).problems.filter { !$0.contains("hash") }
    #expect(problems.count == 1 && problems.first?.hasPrefix("/test/index: expected") == true, "\(problems)")
  }

  @Test
  func `A sweep with a missing dataset, other lengths or NaN where there is a number is invalid`() throws {
    func write(_ name: String, _ change: (File) throws -> Void) throws -> String {
      let path = folder.file(name)
      let content = try ContentFile(
        creating: path, FileHeader(.sweep, caseStudy: "toy", title: "s"), provenance: Toy.provenance)
      for name in ["model", "architecture", "solver", "split", "error_name"] {
        try content.file.setAttribute(name, name)
      }
      for name in ["seed", "parameter_count"] { try content.file.setAttribute(name, Int64(1)) }
      try content.file.setAttribute("is_iterative", UInt8(1))
      try content.write("/iteration", [Int64(0), 1])
      try content.write("/sample", [Int64(0), 1, 2])
      try content.write("/error", [Double](repeating: 0.5, count: 6), shape: [3, 2])
      try content.write("/residual", [Double](repeating: .nan, count: 6), shape: [3, 2])
      try content.write("/perturbation", ["A", "b"])
      try content.write("/lipschitz_ratio", [Double](repeating: .nan, count: 12), shape: [2, 3, 2])
      try content.write("/flops", [1.0, 2.0])
      try content.write("/seconds", [1.0, 2.0])
      try content.finish()
      let file = try File.open(path, .readWrite)
      try change(file)
      try file.close()
      return path
    }
    let good = try write("good.h5") { _ in }
    #expect(try FileValidation(of: good).problems == [])
    // Measured times are no part of the content.
    #expect(try FileValidation(of: try write("t.h5") { try $0.dataset("seconds").write([3.0, 4.0]) }).isValid)
    #expect(try FileDifference(good, folder.file("t.h5")).isSame)
    let nan = try write("nan.h5") { try $0.dataset("error").write([Double.nan], start: [1, 1], count: [1, 1]) }
    #expect(try FileValidation(of: nan).problems.contains { $0.contains("/error") && $0.contains("NaN") })
    #expect(try !FileValidation(of: try write("m.h5") { try $0.delete("flops") }).isValid)
    let short = try write("short.h5") { file in
      try file.delete("flops")
      try file.write("flops", [1.0])
    }
    #expect(try FileValidation(of: short).problems.contains { $0.contains("/flops") && $0.contains("`iteration`") })
  }

  @Test
  func `A file that the schema does not allow cannot be finished`() throws {
    let content = try ContentFile(
      creating: folder.file("s.h5"), FileHeader(.sweep, caseStudy: "toy", title: "s"), provenance: Toy.provenance)
    #expect(try thrownFailure { try content.write("/unknown", [1.0]) }.status == .bug)
    #expect(try thrownFailure { try content.finish() }.status == .bug)
    #expect(folder.names == [])
  }

  @Test
  func `Two files of the same content do not differ`() throws {
    let a = try dataset("a.h5")
    let b = folder.file("b.h5")
    try Toy.write(to: b, blockSize: 3, provenance: FileProvenance(configuration: "other"))
    let difference = try FileDifference(a, b)
    #expect(difference.entries == [])
    #expect(difference.isSame)
  }

  @Test
  func `The difference of two files names the objects, the first value and the largest differences`() throws {
    let a = try dataset("a.h5") { file in
      try file.dataset("train/y").write([1.0, 2.0], start: [4], count: [2])
      try file.write("only-a", [1.0])
    }
    let b = try dataset("b.h5") { file in
      try file.dataset("train/y").write([1.5, 2.25], start: [4], count: [2])
      try file.dataset("test/y").setAttribute("units", "km")
      try file.createGroup("only-b")
      try file.delete("train/flag")
      try file.write("train/flag", [UInt8(1)])
    }
    let entries = try FileDifference(a, b).entries
    func text(_ object: String) -> String? { entries.first { $0.object == object }?.text }
    #expect(
      text("/train/y")
        == "2 of 30 values differ, first at [4]: 1.0 and 1.5; largest difference 0.5, relative \(0.5 / 1.5)")
    #expect(text("/test/y@units")?.contains("km") == true)
    #expect(text("/only-a") == "only in \(a)")
    #expect(text("/only-b") == "only in \(b)")
    #expect(text("/train/flag") == "uint8 [30, 3] and uint8 [1]")
    #expect(try !FileDifference(a, b).isSame)
  }
}
