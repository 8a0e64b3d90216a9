import HDF5
import Support
import TestSupport
import Testing

@testable import Records

/// Files of so many objects that the library's cache of their headers was too small for them: while it writes, it may read a header again that
/// it has dropped, and fail with "Read only entry modified".
@Suite struct ManyObjectsTests {
  @Test func `A checkpoint of many parameters is written`() throws {
    let folder = try ScratchFolder()
    let count = 250
    for length in 0..<2 {
      let path = folder.file("c-\(length).h5")
      let content = try ContentFile(
        creating: path, FileHeader(.checkpoint, caseStudy: "toy", title: String(repeating: "c", count: 1 + 37 * length)),
        provenance: Toy.provenance)
      for name in ["model", "architecture", "configuration"] { try content.file.setAttribute(name, name) }
      for group in [
        "/parameters", "/optimizer/first_moment", "/optimizer/second_moment", "/best/parameters", "/average/parameters",
      ] {
        for number in 0..<count {
          try content.write("\(group)/blocks.\(number).weight", [Float](repeating: 0, count: 12), shape: [3, 4])
        }
      }
      try content.write("/counters/step", [Int64(3)], shape: [])
      try content.finish()
    }
  }
}
