import Foundation
import TestSupport
import Testing

@testable import HDF5

@Suite struct ErrorTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  /// A file of 100,000 random numbers, so that chunks take most of it.
  func randomFile(_ name: String = "random.h5") throws -> String {
    let path = folder.file(name)
    let file = try File.create(path)
    var generator = SystemRandomNumberGenerator()
    try file.write("x", (0..<100_000).map { _ in UInt64.random(in: 0...UInt64.max, using: &generator) })
    try file.close()
    return path
  }

  @Test
  func `A missing file, a folder and foreign content are told apart`() throws {
    #expect(try hdf5Error { _ = try File.open(folder.file("none.h5")) }.kind == .notFound)
    #expect(try hdf5Error { _ = try File.open(folder.path) }.kind == .cannotOpen)
    try Data("not HDF5 at all".utf8).write(to: URL(fileURLWithPath: folder.file("text")))
    #expect(try hdf5Error { _ = try File.open(folder.file("text")) }.kind == .notHDF5)
    try Data().write(to: URL(fileURLWithPath: folder.file("empty")))
    let empty = try hdf5Error { _ = try File.open(folder.file("empty")) }
    #expect(empty.kind == .notHDF5)
    #expect(empty.description.contains("empty file"))
  }

  @Test(arguments: [0.001, 0.3, 0.9, 0.999])
  func `A file cut at any place is not taken for a whole one`(fraction: Double) throws {
    let path = try randomFile()
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    try whole.prefix(Int(Double(whole.count) * fraction)).write(to: URL(fileURLWithPath: path))
    #expect(try hdf5Error { _ = try File.open(path) }.kind == .truncated)
  }

  @Test
  func `A flipped byte in a chunk is detected on reading`() throws {
    let path = try randomFile()
    let size = try Data(contentsOf: URL(fileURLWithPath: path)).count
    try flipByte(of: path, at: size / 2)
    let file = try File.open(path)
    let error = try hdf5Error { _ = try file.dataset("x").read(UInt64.self) }
    #expect(error.kind == .corrupt)
    #expect(error.location == "\(path):/x")
    #expect(!error.stack.isEmpty)
  }

  @Test
  func `A flipped byte anywhere never gives wrong numbers, nor a crash`() throws {
    let path = folder.file("small.h5")
    let file = try File.create(path)
    try file.setAttribute("title", "a title")
    let values = (0..<64).map { Double($0) }
    try file.createGroup("g").write("x", values)
    try file.write("names", ["one", "two", "three"])
    try file.close()
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var detected = 0
    for offset in stride(from: 0, to: whole.count, by: 17) {
      try whole.write(to: URL(fileURLWithPath: path))
      try flipByte(of: path, at: offset)
      do {
        let file = try File.open(path)
        #expect(try file.dataset("g/x").read(Double.self) == values, "byte \(offset)")
        // Text has no checksum of its own; it may be wrong, but reading it must come to an end.
        _ = try? file.attribute("title", as: String.self)
        _ = try? file.dataset("names").read(String.self)
        try file.close()
      } catch is HDF5Error {
        detected += 1
      }
    }
    #expect(detected > 0)
    #expect(Library.openObjectCount >= 0)
  }

  @Test
  func `Values that do not fit the type asked for are refused`() throws {
    let file = try File.create(folder.file("types.h5"))
    try file.write("f64", [0.1])
    try file.write("f32", [Float(0.1)])
    try file.write("i32", [Int32(7)])
    try file.write("u8", [UInt8(7)])
    try file.write("text", ["7"])
    try file.write("flag", [true])

    #expect(try file.dataset("i32").read(Int64.self) == [7])
    #expect(try file.dataset("u8").read(Int64.self) == [7])
    #expect(try file.dataset("f32").read(Double.self) == [Double(Float(0.1))])
    #expect(try file.dataset("f64").read(Float.self, .rounding) == [Float(0.1)])

    func refuses<T: Element>(_ name: String, _: T.Type) throws {
      let error = try hdf5Error { _ = try file.dataset(name).read(T.self) }
      #expect(error.kind == .typeMismatch)
      #expect(error.expected == "\(T.elementType)")
    }
    try refuses("f64", Float.self)
    try refuses("f64", Int64.self)
    try refuses("i32", Double.self)
    try refuses("i32", UInt64.self)
    try refuses("u8", Int8.self)
    try refuses("text", Double.self)
    try refuses("f64", String.self)
    try refuses("flag", UInt8.self)
    try refuses("u8", Bool.self)
    #expect(try hdf5Error { try file.dataset("f32").write([0.1]) }.kind == .typeMismatch)
  }

  @Test
  func `Wrong numbers of values are refused`() throws {
    let file = try File.create(folder.file("shapes.h5"))
    let dataset = try file.createDataset("x", Double.self, shape: [2, 3])
    #expect(try hdf5Error { try dataset.write([1.0]) }.kind == .shapeMismatch)
    #expect(try hdf5Error { _ = try dataset.readScalar(Double.self) }.kind == .shapeMismatch)
    #expect(try hdf5Error { try file.setAttribute("a", [1.0], shape: [2]) }.kind == .shapeMismatch)
    #expect(try hdf5Error { _ = try file.createDataset("y", Double.self, shape: [-1]) }.kind == .shapeMismatch)
    #expect(try hdf5Error { _ = try file.createDataset("y", Double.self, shape: [.max, 2]) }.kind == .shapeMismatch)
    #expect(try hdf5Error { _ = try file.createDataset("y", Double.self, shape: [0, .max, 4]) }.kind == .shapeMismatch)
  }

  @Test
  func `A dataset that claims more than the memory of the machine is refused, not allocated`() throws {
    let file = try File.create(folder.file("absurd.h5"))
    let dataset = try file.createDataset("x", Double.self, shape: [1 << 50])
    #expect(try hdf5Error { _ = try dataset.read(Double.self) }.kind == .shapeMismatch)
  }

  @Test
  func `Missing objects, wrong kinds and taken names are named`() throws {
    let file = try File.create(folder.file("names.h5"))
    try file.write("a/b/x", [1.0])
    #expect(try file.contains("a/b/x"))
    #expect(try !file.contains("a/c/x"))
    #expect(try !file.contains("a/b/x/y"))
    let missing = try hdf5Error { _ = try file.dataset("a/c/x") }
    #expect(missing.kind == .missingObject)
    #expect(missing.object == "/a/c/x")
    #expect(try hdf5Error { _ = try file.dataset("a/b") }.found == "a group")
    #expect(try hdf5Error { _ = try file.group("a/b/x") }.found == "a dataset")
    #expect(try hdf5Error { try file.write("a/b/x", [1.0]) }.kind == .objectExists)
    #expect(try hdf5Error { try file.createGroup("a/b/x/y") }.kind == .objectExists)
  }

  @Test
  func `Text with a NUL inside is refused instead of being cut`() throws {
    let file = try File.create(folder.file("nul.h5"))
    #expect(try hdf5Error { try file.setAttribute("a", "x\0y") }.kind == .invalidValue)
  }

  @Test
  func `A file that another writer has locked cannot be opened, and is not called damaged`() throws {
    let path = try randomFile()
    let descriptor = open(path, O_RDWR)
    defer { close(descriptor) }
    try #require(flock(descriptor, LOCK_EX) == 0)
    #expect(try hdf5Error { _ = try File.open(path) }.kind == .cannotOpen)
  }

  @Test
  func `Use after closing is an error, closing twice is none`() throws {
    let path = try randomFile()
    let file = try File.open(path)
    let dataset = try file.dataset("x")
    try file.close()
    try file.close()
    #expect(!file.isOpen)
    #expect(try hdf5Error { _ = try dataset.read(UInt64.self) }.kind == .closed)
    #expect(try hdf5Error { _ = try file.children() }.kind == .closed)
  }

  @Test
  func `A file opened for reading cannot be changed`() throws {
    let file = try File.open(try randomFile())
    #expect(throws: HDF5Error.self) { try file.setAttribute("a", 1.0) }
    #expect(throws: HDF5Error.self) { try file.createGroup("g") }
  }

  @Test
  func `An existing file is not overwritten unless asked`() throws {
    let path = try randomFile()
    #expect(try hdf5Error { _ = try File.create(path) }.kind == .cannotCreate)
    #expect(try File.open(path).contains("x"))
    #expect(try hdf5Error { _ = try File.create(folder.file("none/x.h5")) }.kind == .cannotCreate)
  }
}
