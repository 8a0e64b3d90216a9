import Foundation
import TestSupport
import Testing

@testable import HDF5

@Suite struct VirtualDatasetTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  /// Two files of 2 and 3 rows, and one by h5py that shows all rows.
  func makeFiles() throws -> String {
    for (index, rows) in [2, 3].enumerated() {
      let file = try File.create(folder.file("part-\(index).h5"))
      try file.write("data/x", (0..<(rows * 2)).map { Double(10 * index + $0) }, shape: [rows, 2])
      try file.close()
    }
    let path = folder.file("all.h5")
    _ = try Foreign.python(
      path,
      """
      layout = h5py.VirtualLayout((5, 2), "f8")
      layout[:2] = h5py.VirtualSource("part-0.h5", "data/x", (2, 2))
      layout[2:] = h5py.VirtualSource("part-1.h5", "data/x", (3, 2))
      with h5py.File(path, "w") as f:
          f.create_virtual_dataset("x", layout)
      """)
    return path
  }

  @Test(.enabled(if: Foreign.hasPython, "skipped: python3 has no h5py"))
  func `A virtual dataset shows the rows of its sources`() throws {
    let dataset = try File.open(try makeFiles()).dataset("x")
    #expect(try dataset.layout.kind == .virtual)
    #expect(try dataset.read(Double.self) == [0, 1, 2, 3, 10, 11, 12, 13, 14, 15])
    #expect(try dataset.read(Double.self, rows: 1..<3) == [2, 3, 10, 11])
  }

  @Test(.enabled(if: Foreign.hasPython, "skipped: python3 has no h5py"))
  func `A missing source is an error, not zeros`() throws {
    let path = try makeFiles()
    try FileManager.default.removeItem(atPath: folder.file("part-1.h5"))
    let error = try hdf5Error { _ = try File.open(path).dataset("x") }
    #expect(error.kind == .missingObject)
    #expect(error.expected?.contains("part-1.h5") == true)
  }
}
