import Foundation

/// A file, or all files below a folder, as the input of a computation: their names and bytes.
///
///     let pictures = try FileTree(at: "data/images")
///     print(pictures.signature(), try pictures.contentHash())
///
/// Links are followed. What is neither a file nor a folder (a pipe, a device) does not count.
package struct FileTree: Sendable {
  /// One file, as it was when the tree was read.
  private struct Entry: Sendable {
    /// Behind the path of the tree, with a slash in front; empty for the tree itself.
    var name: String
    var size: Int
    var modified: timespec
    /// When content, name or rights changed last; unlike the time above no program can set it.
    var changed: timespec
    var inode: UInt64
  }

  package let path: String
  /// In the order of their names.
  private let entries: [Entry]

  /// Looks at the files without reading them. Nothing at this path is an empty tree.
  ///
  /// - Throws: `Failure` (bad data) for a folder that cannot be read.
  package init(at path: String) throws {
    self.path = path
    var entries: [Entry] = []
    try Self.collect(path, "", inside: [], into: &entries)
    self.entries = entries.sorted { $0.name < $1.name }
  }

  /// Whether there is no file.
  package var isEmpty: Bool { entries.isEmpty }

  private static func collect(
    _ root: String, _ name: String, inside parents: [(device: dev_t, inode: ino_t)], into entries: inout [Entry]
  ) throws {
    var status = stat()
    guard stat(root + name, &status) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      entries.append(
        Entry(
          name: name, size: Int(status.st_size), modified: status.st_mtim, changed: status.st_ctim,
          inode: UInt64(status.st_ino)))
    case S_IFDIR:
      // A link to a folder that it lies in leads round and round.
      guard !parents.contains(where: { $0 == (status.st_dev, status.st_ino) }) else { return }
      let children: [String]
      do {
        children = try FileManager.default.contentsOfDirectory(atPath: root + name)
      } catch {
        throw Failure(.badData, "cannot read this folder: \(error.localizedDescription)", at: root + name)
      }
      for child in children {
        try collect(root, "\(name)/\(child)", inside: parents + [(status.st_dev, status.st_ino)], into: &entries)
      }
    default: break
    }
  }

  /// A hash of names, sizes and modification times, for files that this package writes: a copy of them has the same.
  package func signature() -> String {
    SHA256.hash(entries.map { "\($0.name) \($0.size) \(text($0.modified))" }.joined(separator: "\n"))
  }

  /// A hash of all that changes with the bytes of any file, whatever program wrote them: nobody can set it back.
  package func strictSignature() -> String {
    SHA256.hash(
      entries.map { "\($0.name) \($0.size) \(text($0.modified)) \(text($0.changed)) \($0.inode)" }.joined(separator: "\n"))
  }

  private func text(_ time: timespec) -> String { "\(time.tv_sec).\(time.tv_nsec)" }

  /// Whether a file changed within some seconds before a moment. A second change so soon may leave no trace in its times.
  package func hasChanged(within seconds: Int, before moment: Date) -> Bool {
    entries.contains { moment.timeIntervalSince1970 - Double($0.changed.tv_sec) < Double(seconds) }
  }

  /// SHA-256 of names, sizes and bytes of all files.
  ///
  /// - Throws: `Failure` (bad data) for a file that cannot be read, or that is written meanwhile.
  package func contentHash() throws -> String {
    let hasher = SHA256()
    for entry in entries {
      hasher.update("\(entry.name) \(entry.size)\n")
      try read(entry, into: hasher)
    }
    return hasher.finalize()
  }

  private func read(_ entry: Entry, into hasher: SHA256) throws {
    let path = path + entry.name
    var count = 0
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      while let data = try file.read(upToCount: 1 << 20), !data.isEmpty {
        hasher.update(data)
        count += data.count
      }
    } catch {
      throw Failure(.badData, "cannot read this file: \(error.localizedDescription)", at: path)
    }
    guard count == entry.size else {
      throw Failure(
        .badData, "expected \(entry.size) bytes, found \(count): it changed while it was read", at: path,
        remedy: "wait until it is written, and start again")
    }
  }
}
