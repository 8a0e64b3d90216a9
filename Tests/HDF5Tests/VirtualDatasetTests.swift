import Foundation
import Testing

@testable import HDF5

@Suite struct VirtualDatasetTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  /// Three files of 2, 0 and 3 rows, and one that shows all rows.
  func makeFiles() throws -> String {
    var sources: [VirtualSource] = []
    for (index, rows) in [2, 0, 3].enumerated() {
      let file = try File.create(folder.file("part-\(index).h5"))
      try file.write("data/x", (0..<(rows * 2)).map { Double(10 * index + $0) }, shape: [rows, 2])
      try file.close()
      sources.append(VirtualSource(file: "part-\(index).h5", dataset: "/data/x", shape: [rows, 2]))
    }
    let path = folder.file("all.h5")
    let file = try File.create(path)
    _ = try file.createVirtualDataset("x", .float64, sources: sources)
    try file.close()
    return path
  }

  @Test("A virtual dataset shows the rows of its sources, one after the other")
  func read() throws {
    let dataset = try File.open(try makeFiles()).dataset("x")
    #expect(try dataset.layout.kind == .virtual)
    #expect(try dataset.read(Double.self) == [0, 1, 2, 3, 20, 21, 22, 23, 24, 25])
    #expect(try dataset.read(Double.self, rows: 1..<3) == [2, 3, 20, 21])
  }

  @Test("A missing source is an error, not zeros")
  func missingSource() throws {
    let path = try makeFiles()
    try FileManager.default.removeItem(atPath: folder.file("part-2.h5"))
    let error = try hdf5Error { _ = try File.open(path).dataset("x") }
    #expect(error.kind == .missingObject)
    #expect(error.expected?.contains("part-2.h5") == true)
  }

  @Test("Sources must agree in all dimensions but the first")
  func disagreeingSources() throws {
    let file = try File.create(folder.file("bad.h5"))
    let sources = [[2, 2], [2, 3]].map { VirtualSource(file: "a.h5", dataset: "/x", shape: $0) }
    #expect(try hdf5Error { _ = try file.createVirtualDataset("x", .float64, sources: sources) }.kind == .shapeMismatch)
  }
}
