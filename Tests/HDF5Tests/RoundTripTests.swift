import Foundation
import TestSupport
import Testing

@testable import HDF5

@Suite struct RoundTripTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  func roundTrip<T: Element & Equatable>(_ values: [T], storage: Storage = .standard) throws {
    let path = folder.file("\(T.self).h5")
    let file = try File.create(path, replacing: true)
    try file.write("values", values, storage: storage)
    try file.setAttribute("array", values)
    if let first = values.first {
      try file.write("scalar", scalar: first)
      try file.setAttribute("scalar", first)
    }
    try file.close()

    let reread = try File.open(path)
    #expect(try reread.dataset("values").type == T.elementType)
    #expect(try reread.dataset("values").read(T.self) == values)
    #expect(try reread.attributeArray("array", as: T.self) == values)
    if let first = values.first {
      #expect(try reread.dataset("scalar").shape == [])
      #expect(try reread.dataset("scalar").readScalar(T.self) == first)
      #expect(try reread.attribute("scalar", as: T.self) == first)
    }
    try reread.close()
  }

  @Test
  func `Every number type keeps its extreme values`() throws {
    try roundTrip([Int8.min, -1, 0, .max])
    try roundTrip([Int16.min, -1, 0, .max])
    try roundTrip([Int32.min, -1, 0, .max])
    try roundTrip([Int64.min, -1, 0, .max])
    try roundTrip([UInt8.min, 1, .max])
    try roundTrip([UInt16.min, 1, .max])
    try roundTrip([UInt32.min, 1, .max])
    try roundTrip([UInt64.min, 1, .max])
    try roundTrip([Float16.leastNonzeroMagnitude, -1.5, .greatestFiniteMagnitude, .infinity])
    try roundTrip([Float.leastNonzeroMagnitude, -1.5, .greatestFiniteMagnitude, -.infinity])
    try roundTrip([Double.leastNonzeroMagnitude, -0.1, .greatestFiniteMagnitude, .infinity])
  }

  @Test
  func `NaN and negative zero keep their bits`() throws {
    let file = try File.create(folder.file("special.h5"))
    try file.write("x", [Double.nan, -0.0])
    let read: [Double] = try file.dataset("x").read()
    #expect(read.map(\.bitPattern) == [Double.nan.bitPattern, (-0.0).bitPattern])
  }

  @Test
  func `Booleans, complex numbers and text come back`() throws {
    try roundTrip([true, false, true])
    try roundTrip([Complex<Float>(1, -2), Complex(.infinity, 0)])
    try roundTrip([Complex<Double>(1, -2), Complex(0.1, 0.3)])
    try roundTrip(["", "plain", "Größe α²", "日本語", "👩🏽‍🚀", "line\nline"])
    try roundTrip([String(repeating: "x", count: 100_000)])
  }

  @Test
  func `Text of fixed length comes back, and text that is too long is refused`() throws {
    let file = try File.create(folder.file("fixed.h5"))
    let values = ["", "ab", "Größe"]
    let dataset = try file.write("x", values, storage: .text(values))
    #expect(try dataset.read(String.self) == values)
    #expect(try dataset.layout.filters.contains("fletcher32"))
    #expect(try hdf5Error { try dataset.write(["", "", "longer than before"]) }.kind == .invalidValue)
    #expect(try file.write("s", scalar: "text", storage: .text(["text"])).readScalar(String.self) == "text")
    #expect(try file.write("none", [String](), storage: .text([])).read(String.self) == [])
  }

  @Test
  func `Arrays without elements keep their shape and type`() throws {
    try roundTrip([Double]())
    try roundTrip([String]())
    let file = try File.create(folder.file("empty.h5"))
    for (name, shape) in [("a", [0]), ("b", [3, 0]), ("c", [0, 4])] {
      try file.write(name, [Float](), shape: shape)
      #expect(try file.dataset(name).shape == shape)
      #expect(try file.dataset(name).read(Float.self).isEmpty)
    }
  }

  @Test
  func `Names and attribute values may be any Unicode text`() throws {
    let file = try File.create(folder.file("größe.h5"))
    let dataset = try file.createGroup("Übung/Δx").write("ρ∇", [1.0])
    try dataset.setAttribute("Einheit", "µm")
    #expect(try file.dataset("Übung/Δx/ρ∇").attribute("Einheit", as: String.self) == "µm")
    #expect(try file.descendants().map(\.path) == ["/Übung", "/Übung/Δx", "/Übung/Δx/ρ∇"])
  }

  @Test
  func `A multidimensional array is stored in row-major order`() throws {
    let file = try File.create(folder.file("order.h5"))
    try file.write("x", Array(0..<24).map { Int64($0) }, shape: [2, 3, 4])
    #expect(try file.dataset("x").read(Int64.self, start: [1, 2, 0], count: [1, 1, 4]) == [20, 21, 22, 23])
  }

  @Test
  func `Attributes can be replaced, removed and listed`() throws {
    let file = try File.create(folder.file("attributes.h5"))
    try file.setAttribute("b", 1.0)
    try file.setAttribute("b", "now text")
    try file.setAttribute("a", [Int64(1), 2, 3, 4, 5, 6], shape: [2, 3])
    try file.setAttribute("gone", true)
    try file.removeAttribute("gone")
    #expect(try file.attributeNames() == ["a", "b"])
    #expect(try file.attribute("a").shape == [2, 3])
    #expect(try file.attribute("b", as: String.self) == "now text")
    #expect(try !file.hasAttribute("gone"))
    #expect(try hdf5Error { _ = try file.attribute("gone") }.kind == .missingObject)
  }

  @Test
  func `The same calls give the same bytes`() throws {
    func content(_ name: String) throws -> Data {
      let file = try File.create(folder.file(name))
      try file.setAttribute("title", "same")
      let group = try file.createGroup("a/b/c")
      try group.write("x", (0..<5000).map { Double($0).squareRoot() })
      try group.write("names", ["one", "two"])
      try file.close()
      return try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
    }
    let first = try content("first.h5")
    Thread.sleep(forTimeInterval: 1.1)  // a time stamp would have seconds
    #expect(try content("second.h5") == first)
  }
}
