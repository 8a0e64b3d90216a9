import TestSupport
import Testing

@testable import HDF5

@Suite struct SelectionTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  func matrix(_ rows: Int, _ columns: Int, storage: Storage = .standard) throws -> Dataset {
    let file = try File.create(folder.file("m.h5"), replacing: true)
    return try file.write("m", (0..<(rows * columns)).map { Double($0) }, shape: [rows, columns], storage: storage)
  }

  @Test(arguments: [Storage.contiguous, Storage(chunking: .shape([2, 3]))])
  func `Every box of a small array reads as indexing says`(storage: Storage) throws {
    let dataset = try matrix(4, 5, storage: storage)
    for row in 0...4 {
      for rows in 0...(4 - row) {
        for column in 0...5 {
          for columns in 0...(5 - column) {
            let expected = (row..<(row + rows)).flatMap { r in (column..<(column + columns)).map { Double(r * 5 + $0) }
            }
            #expect(try dataset.read(Double.self, start: [row, column], count: [rows, columns]) == expected)
          }
        }
      }
    }
  }

  @Test(arguments: [
    ([0, 0], [5, 5]), ([-1, 0], [1, 1]), ([4, 0], [1, 1]), ([0], [4]), ([0, 0], [1, -1]), ([.max, 0], [.max, 1]),
  ])
  func `A box outside the array is an error that names the shape`(start: [Int], count: [Int]) throws {
    let dataset = try matrix(4, 5)
    let error = try hdf5Error { _ = try dataset.read(Double.self, start: start, count: count) }
    #expect(error.kind == .shapeMismatch)
    #expect(error.location == "\(folder.file("m.h5")):/m")
  }

  @Test
  func `A written box changes that box only`() throws {
    let dataset = try matrix(4, 5)
    try dataset.write([-1.0, -2, -3, -4], start: [1, 2], count: [2, 2])
    var expected = (0..<20).map { Double($0) }
    for (index, value) in [(7, -1.0), (8, -2), (12, -3), (13, -4)] { expected[index] = value }
    #expect(try dataset.read(Double.self) == expected)
  }

  @Test
  func `Rows are read by range and by list, in the order asked for`() throws {
    let dataset = try matrix(50, 3)
    func expected(_ rows: [Int]) -> [Double] { rows.flatMap { r in (0..<3).map { Double(3 * r + $0) } } }
    #expect(try dataset.read(Double.self, rows: 10..<13) == expected([10, 11, 12]))
    for list in [[], [7], [0, 1, 2], [49, 0, 7, 8, 7, 48], Array((0..<50).reversed())] {
      #expect(try dataset.read(Double.self, rows: list) == expected(list))
    }
    for bad in [[50], [0, -1], [.max]] {
      #expect(try hdf5Error { _ = try dataset.read(Double.self, rows: bad) }.kind == .shapeMismatch)
    }
  }

  @Test
  func `A growing dataset takes blocks of any number of rows`() throws {
    let file = try File.create(folder.file("grow.h5"))
    let dataset = try file.createDataset("x", Float.self, shape: [0, 3], storage: .growing())
    var expected: [Float] = []
    for rows in [1, 0, 5, 200, 3] {
      let block = (0..<(rows * 3)).map { Float(expected.count + $0) }
      try dataset.append(block)
      expected += block
    }
    #expect(try dataset.shape == [209, 3])
    #expect(try dataset.read(Float.self) == expected)
    #expect(try hdf5Error { try dataset.append([Float(1)]) }.kind == .shapeMismatch)
    let text = try file.createDataset("t", String.self, shape: [0], storage: .growing())
    try text.append(["a"])
    try text.append(["b", "ç"])
    #expect(try text.read(String.self) == ["a", "b", "ç"])
  }

  @Test
  func `A dataset of fixed shape does not grow`() throws {
    let dataset = try matrix(2, 2)
    #expect(try hdf5Error { try dataset.append([1.0, 2.0]) }.kind == .shapeMismatch)
    #expect(try dataset.shape == [2, 2])
  }

  @Test
  func `Automatic chunks are one large sample or about half a MiB of small ones`() {
    #expect(Storage.standard.chunk(shape: [1000, 3, 256, 256], elementSize: 4) == [1, 3, 256, 256])
    #expect(Storage.standard.chunk(shape: [100_000, 50], elementSize: 8) == [1310, 50])
    #expect(Storage.standard.chunk(shape: [10, 50], elementSize: 8) == [10, 50])
    #expect(Storage.growing().chunk(shape: [0, 50], elementSize: 8) == [1310, 50])
    #expect(Storage.growing(expectedRows: 20).chunk(shape: [0, 50], elementSize: 8) == [20, 50])
    #expect(Storage.standard.chunk(shape: [], elementSize: 8) == nil)
  }

  @Test
  func `The layout of a dataset can be read back`() throws {
    let layout = try matrix(10, 4, storage: Storage(chunking: .shape([2, 4]), deflate: 6)).layout
    #expect(layout.kind == .chunked)
    #expect(layout.chunk == [2, 4])
    #expect(layout.filters == ["shuffle", "deflate(6)", "fletcher32"])
    #expect(layout.storedBytes > 0)
    #expect(try matrix(2, 2, storage: .contiguous).layout.kind == .contiguous)
  }
}
