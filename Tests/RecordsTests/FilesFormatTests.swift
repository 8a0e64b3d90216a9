import Foundation
import HDF5
import TestSupport
import Testing

@testable import Records

@Suite struct FilesFormatTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  @Test(.enabled(if: ForeignPython.has("h5py"), "skipped: python3 has no h5py"))
  func `The program on the page computes the content hash of every kind of value`() throws {
    let dataset = folder.file("d.h5")
    let hash = try Toy.write(to: dataset)
    #expect(FormatReference.markdown().contains(FormatReference.hashProgram))
    #expect(try ForeignPython.run(FormatReference.hashProgram, [dataset]) == hash)

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
    #expect(try ForeignPython.run(FormatReference.hashProgram, [other]) == otherHash)
  }

  @Test
  func `The hash covers values, attributes, names and types, but not measurements and storage`() throws {
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
    #expect(try hash { try $0.dataset("g/x").attachScale($0.createDimension("g/row", length: 2), axis: 0) } == original)
    #expect(try hash { try $0.setAttribute("complete", UInt8(1)) } == original)
    #expect(
      try hash { file in
        try file.delete("g/x")
        try file.write("g/x", [1.0, 2.0], storage: .contiguous)
      } == original)
  }
}
