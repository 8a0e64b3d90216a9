import Foundation
import TestSupport
import Testing

@testable import Support

/// Files and folders as inputs.
@Suite struct FileTreeTests {
  private func write(_ text: String, to path: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  @Test func `The hash follows names and bytes, and nothing else`() throws {
    try withFolder { (folder) throws in
      for copy in ["a", "b"] {
        try write("one", to: "\(folder)/\(copy)/x.png")
        try write("two", to: "\(folder)/\(copy)/deep/y.png")
      }
      let hash = try FileTree(at: "\(folder)/a").contentHash()
      #expect(try FileTree(at: "\(folder)/b").contentHash() == hash)
      try write("owt", to: "\(folder)/b/deep/y.png")
      #expect(try FileTree(at: "\(folder)/b").contentHash() != hash)
      try write("two", to: "\(folder)/b/deep/y.png")
      try FileManager.default.moveItem(atPath: "\(folder)/b/x.png", toPath: "\(folder)/b/z.png")
      #expect(try FileTree(at: "\(folder)/b").contentHash() != hash)
    }
  }

  @Test func `A file that was replaced by one of the same size and time has another strict signature`() throws {
    try withFolder { (folder) throws in
      let path = folder + "/w"
      let date = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1e9)]
      try write("one", to: path)
      try FileManager.default.setAttributes(date, ofItemAtPath: path)
      let before = try FileTree(at: path)
      try write("two", to: path)
      try FileManager.default.setAttributes(date, ofItemAtPath: path)
      let after = try FileTree(at: path)
      #expect(after.signature() == before.signature())
      #expect(after.strictSignature() != before.strictSignature())
      #expect(try before.contentHash() == after.contentHash(), "the bytes that are there now")
    }
  }

  @Test func `Links are followed, and one that leads round is not followed for ever`() throws {
    try withFolder { (folder) throws in
      try write("one", to: "\(folder)/elsewhere/x.png")
      try write("two", to: "\(folder)/a/y.png")
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/a/link", withDestinationPath: "../elsewhere")
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/a/round", withDestinationPath: ".")
      let hash = try FileTree(at: "\(folder)/a").contentHash()
      try write("eno", to: "\(folder)/elsewhere/x.png")
      #expect(try FileTree(at: "\(folder)/a").contentHash() != hash)
    }
  }

  @Test func `Nothing, an empty folder and what is no file are empty`() throws {
    try withFolder { (folder) throws in
      #expect(try FileTree(at: folder).isEmpty && FileTree(at: "\(folder)/none").isEmpty)
      #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
      #expect(try FileTree(at: folder).isEmpty)
    }
  }

  @Test func `A file that became shorter while it was read is an error`() throws {
    try withFolder { (folder) throws in
      try write("long", to: "\(folder)/w")
      let tree = try FileTree(at: "\(folder)/w")
      try write("s", to: "\(folder)/w")
      let failure = try thrownFailure { _ = try tree.contentHash() }
      #expect(failure.status == .badData && failure.problem == "expected 4 bytes, found 1: it changed while it was read")
    }
  }
}

@Suite struct TextTableTests {
  @Test func `Columns are as wide as their widest cells`() {
    let table = TextTable([["task", "n", ""], ["train", "10", "x"], ["a"]], rightAligned: [1])
    #expect(table.lines == ["task    n", "train  10  x", "a"])
    #expect(TextTable([]).lines.isEmpty)
  }
}
