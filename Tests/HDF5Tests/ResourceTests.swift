import Foundation
import TestSupport
import Testing

@testable import HDF5

/// The number of open objects belongs to the process, so these run alone.
@Suite(.serialized) struct ResourceTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  /// Objects of one file that are open in the library.
  func openObjects(of file: File) -> Int { Library.locked { file.session.openObjectCount } }

  @Test
  func `Ten thousand opened objects leave none open`() throws {
    let file = try File.create(folder.file("a.h5"))
    try file.write("g/x", [1.0])
    try file.setAttribute("a", "text")
    let before = openObjects(of: file)
    for _ in 0..<10_000 {
      let dataset = try file.group("g").dataset("x")
      _ = try dataset.shape
      _ = try file.attribute("a").type
      _ = try? file.dataset("none")
      _ = try? dataset.read(Float.self)
    }
    #expect(openObjects(of: file) == before)
  }

  @Test
  func `A file opened ten thousand times does not stay open`() throws {
    let path = folder.file("a.h5")
    try File.create(path).close()
    func descriptors() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
      }.count
    }
    for _ in 0..<10_000 { _ = try File.open(path) }
    #expect(try descriptors() == 0)
    let file = try File.open(path)
    #expect(try descriptors() == 1)
    try file.close()
    #expect(try descriptors() == 0)
  }

  @Test
  func `An object keeps its file open after the file's own reference is gone`() throws {
    let path = folder.file("a.h5")
    let dataset = try File.create(path).write("x", [1.0])
    #expect(try dataset.read(Double.self) == [1])
  }

  @Test
  func `Threads may read and write side by side, in one file and in several`() throws {
    let shared = try File.create(folder.file("shared.h5"))
    try shared.write("x", (0..<10_000).map { Double($0) }, shape: [100, 100])
    let folder = folder
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      do {
        let own = try File.create(folder.file("own-\(thread).h5"))
        for round in 0..<50 {
          let row = (thread * 50 + round) % 100
          let values = try shared.dataset("x").read(Double.self, rows: row..<(row + 1))
          if values != (0..<100).map({ Double(100 * row + $0) }) { failures.add("row \(row)") }
          try own.write("y\(round)", values)
          _ = try? own.dataset("missing")
        }
        try own.close()
      } catch { failures.add("\(error)") }
    }
    #expect(failures.list == [])
  }

  final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var list: [String] = []
    func add(_ text: String) { lock.withLock { list.append(text) } }
  }
}
