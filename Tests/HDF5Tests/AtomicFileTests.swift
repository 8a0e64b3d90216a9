import Foundation
import TestSupport
import Testing

@testable import HDF5

@Suite struct AtomicFileTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  struct Refused: Error {}

  @Test
  func `The file appears under its name only when it is finished`() throws {
    let atomic = try AtomicFile(creating: folder.file("a.h5"))
    try atomic.file.write("x", [1.0, 2.0])
    #expect(folder.names.count == 1)
    #expect(folder.names[0].hasPrefix(".a.h5.tmp-\(getpid())-"))
    var validated: [Double] = []
    try atomic.finish { validated = try $0.dataset("x").read() }
    #expect(validated == [1, 2])
    #expect(folder.names == ["a.h5"])
    #expect(try hdf5Error { try atomic.finish() }.kind == .closed)
  }

  @Test
  func `A finished file replaces the old one`() throws {
    for value in [1.0, 2.0] {
      let atomic = try AtomicFile(creating: folder.file("a.h5"))
      try atomic.file.write("x", scalar: value)
      try atomic.finish()
    }
    #expect(try File.open(folder.file("a.h5")).dataset("x").readScalar(Double.self) == 2)
  }

  @Test
  func `Nothing is left of a file that is cancelled, dropped or refused by its validation`() throws {
    try Data("old".utf8).write(to: URL(fileURLWithPath: folder.file("a.h5")))
    try AtomicFile(creating: folder.file("a.h5")).cancel()
    _ = try AtomicFile(creating: folder.file("a.h5"))
    let refused = try AtomicFile(creating: folder.file("a.h5"))
    #expect(throws: Refused.self) { try refused.finish { _ in throw Refused() } }
    #expect(folder.names == ["a.h5"])
    #expect(try String(contentsOfFile: folder.file("a.h5"), encoding: .utf8) == "old")
  }

  @Test
  func `A place where no file can be is an error before anything is written`() throws {
    try Data().write(to: URL(fileURLWithPath: folder.file("file")))
    for path in [folder.path, folder.file("none/a.h5"), folder.file("file/a.h5"), "/proc/a.h5"] {
      #expect(try hdf5Error { _ = try AtomicFile(creating: path) }.kind == .cannotCreate, "\(path)")
    }
    #expect(folder.names == ["file"])
  }

  @Test
  func `What a killed writer left is removed, what a living one writes is kept`() throws {
    let other = try AtomicFile(creating: folder.file("a.h5"))
    let otherName = folder.names[0]
    let parts = otherName.split(separator: "-")
    let dead = try run(["sh", "-c", "echo $$"]).output.trimmingCharacters(in: .whitespacesAndNewlines)
    let left = ".a.h5.tmp-\(dead)-\(parts[2])-abc"
    let elsewhere = ".a.h5.tmp-\(dead)-anotherhost-abc"
    let parent = ".a.h5.tmp-\(getppid())-\(parts[2])-abc"
    let foreign = ".b.h5.tmp-\(dead)-\(parts[2])-abc"
    for name in [left, elsewhere, parent, foreign] {
      try Data().write(to: URL(fileURLWithPath: folder.file(name)))
    }
    try AtomicFile(creating: folder.file("a.h5")).cancel()
    #expect(folder.names == [elsewhere, parent, foreign, otherName].sorted())
    AtomicFile.removeLeftovers(of: folder.file("b.h5"))
    #expect(folder.names == [elsewhere, parent, otherName].sorted())
    try other.finish()
  }

  /// Mounting a small file system needs the rights of root.
  static let canMount: Bool = {
    guard let folder = try? ScratchFolder(), geteuid() == 0 else { return false }
    let mounted = (try? run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path]).status) == 0
    if mounted { _ = try? run(["umount", folder.path]) }
    return mounted
  }()

  @Test(
    .enabled(if: canMount),
    arguments: [1, 3, 30])
  func `A full disk is an error, leaves no file, and does no harm to the next one`(megabytes: Int) throws {
    try #require(try run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path]).status == 0)
    // Lazily, because the library keeps a file open that it could not write.
    defer { _ = try? run(["umount", "--lazy", folder.path]) }
    for deflate in [nil, 1] {
      let error = try hdf5Error {
        let atomic = try AtomicFile(creating: folder.file("a.h5"))
        let dataset = try atomic.file.createDataset(
          "x", UInt64.self, shape: [0], storage: Storage(deflate: deflate, extensible: true))
        for _ in 0..<(8 * megabytes) {
          try dataset.append((0..<16384).map { _ in UInt64.random(in: 0...UInt64.max) })
        }
        try atomic.file.write("y", (0..<16384).map { _ in UInt64.random(in: 0...UInt64.max) })
        try atomic.finish()
      }
      #expect(error.kind == .noSpace)
      #expect(error.file == folder.file("a.h5"))
      #expect(folder.names == [])
    }
    // The room is free again, and the library in order.
    let small = try AtomicFile(creating: folder.file("b.h5"))
    try small.file.write("x", (0..<50_000).map { _ in UInt64.random(in: 0...UInt64.max) })
    try small.finish()
    #expect(folder.names == ["b.h5"])
  }
}
