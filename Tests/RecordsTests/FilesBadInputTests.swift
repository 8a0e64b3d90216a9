import Foundation
import HDF5
import TestSupport
import Testing

@testable import Records
@testable import Support

@Suite struct FilesBadInputTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  /// A good dataset, changed by `change`, opened as the stages do; returns the failure.
  func failureAfter(_ change: (File) throws -> Void) throws -> Failure {
    let path = folder.file("d.h5")
    try Toy.write(to: path)
    let file = try File.open(path, .readWrite)
    try change(file)
    try file.close()
    return try thrownFailure { try DatasetReader(path, Toy.layout).checkValues() }
  }

  /// Replaces a dataset of the training split.
  func replace<T: Element>(_ name: String, _ values: [T], shape: [Int], in file: File) throws {
    try file.delete("train/\(name)")
    try file.write("train/\(name)", values, shape: shape)
  }

  @Test
  func `A missing file is exit 66`() throws {
    let failure = try thrownFailure { _ = try DatasetReader(folder.file("none.h5"), Toy.layout) }
    #expect(failure.status == .missingInput)
    #expect(failure.location == folder.file("none.h5"))
    #expect(failure.remedy != nil)
  }

  @Test
  func `Foreign, truncated and damaged files are exit 65`() throws {
    let path = folder.file("d.h5")
    try Toy.write(to: path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))

    try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try thrownFailure { _ = try DatasetReader(path, Toy.layout) }.status == .badData)

    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
    let truncated = try thrownFailure { _ = try DatasetReader(path, Toy.layout) }
    #expect(truncated.status == .badData)
    #expect(truncated.problem.contains("truncated"))

  }

  @Test
  func `A flipped byte in the values of a field is exit 65 and names the field`() throws {
    let path = folder.file("d.h5")
    try Toy.write(to: path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var named = 0
    for offset in stride(from: 0, to: whole.count, by: 16) where named == 0 {
      var flipped = whole
      flipped[offset] ^= 0x10
      try flipped.write(to: URL(fileURLWithPath: path))
      do { _ = try DatasetReader(path, Toy.layout).values("y", .train, as: Double.self) } catch let failure as Failure {
        #expect(failure.status == .badData)
        if failure.location == "\(path):/train/y", failure.problem.contains("damaged") { named += 1 }
      }
    }
    #expect(named == 1)
  }

  @Test
  func `An unfinished file is refused`() throws {
    #expect(try failureAfter { try $0.removeAttribute("complete") }.problem.contains("complete"))
    #expect(try failureAfter { try $0.setAttribute("complete", UInt8(0)) }.problem.contains("complete"))
  }

  @Test
  func `Another schema and a newer major version are refused, a newer minor one is not`() throws {
    #expect(try failureAfter { try $0.setAttribute("schema", "the-well") }.problem.contains("the-well"))
    #expect(try failureAfter { try $0.removeAttribute("schema") }.status == .badData)
    let newer = try failureAfter { try $0.setAttribute("schema_version", [Int64(2), 0]) }
    #expect(newer.status == .badData)
    #expect(newer.description.contains("newer release"))
    #expect(try failureAfter { try $0.setAttribute("schema_version", [Int64(1)]) }.status == .badData)

    let path = folder.file("minor.h5")
    try Toy.write(to: path)
    let file = try File.open(path, .readWrite)
    try file.setAttribute("schema_version", [Int64(1), 7])
    try file.close()
    #expect(try DatasetReader(path, Toy.layout).header.version == FormatVersion(major: 1, minor: 7))
  }

  @Test
  func `Another case study is refused`() throws {
    let failure = try failureAfter { try $0.setAttribute("case_study", "deblurring") }
    #expect(failure.problem.contains("`toy`") && failure.problem.contains("`deblurring`"))
  }

  @Test
  func `A missing dataset is named with its type, dimensions and meaning`() throws {
    let failure = try failureAfter { try $0.delete("train/x") }
    #expect(failure.status == .badData)
    #expect(failure.description.contains("`x`") && failure.description.contains("(sample, point)"))
    #expect(failure.location == "\(folder.file("d.h5")):/train")
  }

  @Test
  func `Wrong types, shapes and units are named with what was expected`() throws {
    let type = try failureAfter { try replace("y", [Int64](repeating: 0, count: 30), shape: [30], in: $0) }
    #expect(type.problem == "expected type float64, found int64")
    let precise = try failureAfter { try replace("x", [Double](repeating: 0, count: 90), shape: [30, 3], in: $0) }
    #expect(precise.problem == "expected type float32, found float64")
    let shape = try failureAfter { try replace("x", [Float](repeating: 0, count: 120), shape: [30, 4], in: $0) }
    #expect(shape.problem == "expected shape (sample = 30, point = 3), found [30, 4]")
    let samples = try failureAfter { try replace("y", [Double](repeating: 0, count: 29), shape: [29], in: $0) }
    #expect(samples.location?.hasSuffix(":/train/y") == true)
    let rank = try failureAfter { try replace("y", [Double](repeating: 0, count: 30), shape: [30, 1], in: $0) }
    #expect(rank.problem == "expected shape (sample = 30), found [30, 1]")
    let units = try failureAfter { try $0.dataset("train/y").setAttribute("units", "km") }
    #expect(units.problem == "expected units `m`, found `km`")
  }

  @Test
  func `A NaN label is named with its sample`() throws {
    let failure = try failureAfter { try $0.dataset("train/y").write([Double.nan], start: [17], count: [1]) }
    #expect(failure.status == .badData)
    #expect(failure.problem == "expected finite labels, found nan at sample 17")
    #expect(failure.location == "\(folder.file("d.h5")):/train/y")
    let input = try failureAfter { try $0.dataset("train/x").write([Float.nan], start: [4, 2], count: [1, 1]) }
    #expect(input.problem == "expected finite inputs, found nan at sample 4, value 2")
  }

  @Test
  func `A split that is not there is named with those that are`() throws {
    let path = folder.file("d.h5")
    try Toy.write(to: path)
    let failure = try thrownFailure { _ = try DatasetReader(path, Toy.layout).count(of: .valid) }
    #expect(failure.description.contains("valid") && failure.description.contains("train and test"))
  }

  @Test
  func `A place that cannot be written to is exit 73`() throws {
    let failure = try thrownFailure { try Toy.write(to: folder.file("none/d.h5")) }
    #expect(failure.status == .cannotCreate)
    #expect(failure.location == folder.file("none/d.h5"))
  }
}
